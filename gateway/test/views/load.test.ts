// The requests of views: in parallel where possible, each author once, and which failures end the answer.
import { describe, expect, test } from '@jest/globals';
import type { Counts, Post, PostPage, User } from 'contracts/types';
import type { Catalog } from '../../src/views/catalog.ts';
import { loadPost, loadPosts } from '../../src/views/post/load.ts';
import { loadProfile, loadUserPosts } from '../../src/views/profile/load.ts';
import { settle } from '../upstream/engine/arrange.ts';
import {
  aDataSource,
  author,
  caller,
  failed,
  unavailable,
  hit,
  miss,
  page,
  post,
  replica,
} from './arrange.ts';

const aPost = (id: number, authorId: number): Post => ({
  id,
  content: `This is post ${id}.`,
  authorId,
  createdAt: '2024-01-01T00:00:00.000Z',
});
const aUser = (id: number): User => ({ id, username: `user_${id}` });

const never = (): never => {
  throw new Error('not part of this view');
};

/** A catalog whose posts have these authors. Posts wait until `social` is resolved, authors until `identity` is. */
function arrange(posts: Readonly<Record<number, number>> = {}, known: [number, number][] = []) {
  const social = Promise.withResolvers<void>();
  const identity = Promise.withResolvers<void>();
  const postSource = aDataSource<number, Post>(async (id) => {
    await social.promise;
    const authorId = posts[id];
    return post(miss(), authorId === undefined ? undefined : aPost(id, authorId));
  });
  const authors = aDataSource<number, User>(async (id) => {
    await identity.promise;
    return author(miss(), aUser(id));
  });
  const catalog: Catalog = {
    post: postSource.source,
    author: authors.source,
    user: never,
    page: never,
    people: never,
    userByName: never,
    counts: never,
    feed: never,
    friends: never,
    friendRequests: never,
    postsIncludeAuthors: false,
    me: never,
    ownSessions: never,
    homeRequests: never,
    ownCounts: never,
    friendship: never,
    current: { post: never, me: never },
    authorOf: new Map(known),
  };
  const answer = () => {
    social.resolve();
    identity.resolve();
  };
  return {
    catalog,
    social,
    identity,
    answer,
    posts: postSource.requests,
    authors: authors.requests,
  };
}

/** A catalog with the parts of user 9's profile. It records the requests, which wait until `open` is resolved. */
function aProfile({ author: includedAuthor, items }: { author?: User; items?: Post[] } = {}) {
  const requests: string[] = [];
  const open = Promise.withResolvers<void>();
  const sourceOf = (name: string, found: User | PostPage | Counts) =>
    aDataSource<unknown, unknown>(async (request) => {
      requests.push(`${name} ${JSON.stringify(request)}`);
      await open.promise;
      return page(miss(), found);
    }).source;
  const catalog = {
    ...arrange().catalog,
    author: sourceOf('author', aUser(9)),
    page: sourceOf('page', {
      items: items ?? [{ ...aPost(5, 9), ...(includedAuthor && { author: includedAuthor }) }],
      nextCursor: null,
    }),
    counts: sourceOf('counts', { postCount: 1, friendCount: 3 }),
  } as Catalog;
  return { catalog, requests, open };
}

describe('loading posts', () => {
  test('requests an unknown author as soon as the post names the author', async () => {
    const arranged = arrange({ 5: 9 });
    const loading = loadPosts(arranged.catalog, [5], caller);
    await settle();
    expect(arranged.authors).toEqual([]);
    arranged.social.resolve();
    await settle();
    expect(arranged.authors).toEqual([9]);
    arranged.identity.resolve();
    expect((await loading).authors.get(9)?.value).toEqual(aUser(9));
  });

  test('stores who wrote a post', async () => {
    const arranged = arrange({ 5: 9 });
    arranged.answer();
    await loadPosts(arranged.catalog, [5], caller);
    expect(arranged.catalog.authorOf.get(5)).toBe(9);
  });

  test('requests a known author together with the post, and not a second time', async () => {
    const arranged = arrange({ 5: 9 }, [[5, 9]]);
    const loading = loadPosts(arranged.catalog, [5], caller);
    expect([arranged.posts, arranged.authors]).toEqual([[5], [9]]);
    arranged.answer();
    await loading;
    expect(arranged.authors).toEqual([9]);
  });

  test('corrects a wrongly stored author, with one needless request and never with a wrong author in the answer', async () => {
    const arranged = arrange({ 5: 9 }, [[5, 8]]);
    arranged.answer();
    const { authors } = await loadPosts(arranged.catalog, [5], caller);
    expect([...authors.keys()]).toEqual([9]);
    expect(arranged.catalog.authorOf.get(5)).toBe(9);
  });

  test('requests all posts at once and each author once, and returns the posts in the order of the ids', async () => {
    const arranged = arrange({ 5: 9, 3: 8, 4: 9 });
    const loading = loadPosts(arranged.catalog, [5, 3, 4], caller);
    expect(arranged.posts).toEqual([5, 3, 4]);
    arranged.social.resolve();
    await settle();
    expect(arranged.authors).toEqual([9, 8]);
    arranged.identity.resolve();
    const { posts, authors } = await loading;
    expect(posts.map(({ value }) => value?.id)).toEqual([5, 3, 4]);
    expect([...authors.keys()]).toEqual([9, 8]);
  });

  test('returns a part without a value for a post that does not exist, and no author for it', async () => {
    const arranged = arrange({ 5: 9 }, [[6, 7]]);
    arranged.answer();
    const { posts, authors } = await loadPosts(arranged.catalog, [6, 5], caller);
    expect(posts.map(({ value }) => value?.id)).toEqual([undefined, 5]);
    expect([...authors.keys()]).toEqual([9]);
  });

  test('returns the post when its author is unavailable', async () => {
    const arranged = arrange({ 5: 9 });
    arranged.answer();
    const catalog: Catalog = {
      ...arranged.catalog,
      author: aDataSource<number, User>(() => author(unavailable())).source,
    };
    const { posts, authors } = await loadPosts(catalog, [5], caller);
    expect(posts[0]?.value?.id).toBe(5);
    expect(authors.get(9)?.via.kind).toBe('unavailable');
  });

  test('throws the failure of a post without waiting for its author', async () => {
    const arranged = arrange({}, [[5, 9]]);
    arranged.social.reject(failed('timeout', undefined, 'social'));
    await expect(loadPosts(arranged.catalog, [5], caller)).rejects.toMatchObject({
      kind: 'timeout',
    });
    expect(arranged.authors).toEqual([9]);
  });

  test('rethrows a bug of an author’s request', async () => {
    const arranged = arrange({ 5: 9 });
    arranged.social.resolve();
    arranged.identity.reject(new TypeError('oops'));
    await expect(loadPosts(arranged.catalog, [5], caller)).rejects.toThrow(TypeError);
  });

  test('does not leave an unhandled rejection when an author’s request fails after the answer has failed', async () => {
    const arranged = arrange({}, [[5, 9]]);
    arranged.social.reject(failed('timeout', undefined, 'social'));
    await expect(loadPosts(arranged.catalog, [5], caller)).rejects.toMatchObject({
      kind: 'timeout',
    });
    const unhandled: unknown[] = [];
    const listener = (error: unknown) => unhandled.push(error);
    process.on('unhandledRejection', listener);
    arranged.identity.reject(new TypeError('oops'));
    await settle();
    process.off('unhandledRejection', listener);
    expect(unhandled).toEqual([]);
  });
});

/** A catalog whose posts include their author. */
const arrangeIncluded = (via = miss(), includedAuthor: User | null = aUser(9)) => {
  const arranged = arrange();
  const source = aDataSource<number, Post>((id) =>
    post(via, { ...aPost(id, 9), author: includedAuthor }),
  ).source;
  return { ...arranged, catalog: { ...arranged.catalog, post: source } };
};

describe('posts that include their authors', () => {
  test('cause no requests for authors: the author comes from the replica', async () => {
    const arranged = arrangeIncluded();
    const one = await loadPost(arranged.catalog, 5, caller);
    expect(one.author).toEqual({ ...author(replica(), aUser(9)), upstream: 'social', id: 9 });
    const many = await loadPosts(arranged.catalog, [5, 6], caller);
    expect(many.authors.get(9)).toEqual(one.author);
    expect(arranged.authors).toEqual([]);
  });

  test('have an author that is a hit as long as the post is', async () => {
    const arranged = arrangeIncluded(hit(700));
    expect((await loadPost(arranged.catalog, 5, caller)).author).toMatchObject({
      value: aUser(9),
      via: hit(700),
    });
  });

  test('have no author, and cause no request for one, when the replica does not know the user', async () => {
    const arranged = arrangeIncluded(miss(), null);
    expect((await loadPost(arranged.catalog, 5, caller)).author).toMatchObject({
      value: undefined,
      via: replica(),
    });
    expect(arranged.authors).toEqual([]);
  });

  test('make a page of a user’s posts one request', async () => {
    const { catalog, requests, open } = aProfile({ author: aUser(9) });
    open.resolve();
    const request = { authorId: 9, limit: 2, cursor: undefined };
    const { user } = await loadUserPosts(
      { ...catalog, postsIncludeAuthors: true },
      request,
      caller,
    );
    expect(user).toMatchObject({ value: aUser(9), via: replica(), upstream: 'social' });
    expect(requests).toEqual([`page ${JSON.stringify(request)}`]);
  });

  test('cause a request for the user after an empty page', async () => {
    const { catalog, requests, open } = aProfile({ items: [] });
    open.resolve();
    const request = { authorId: 9, limit: 2, cursor: undefined };
    const { user } = await loadUserPosts(
      { ...catalog, postsIncludeAuthors: true },
      request,
      caller,
    );
    expect(user.value).toEqual(aUser(9));
    expect(requests).toEqual([`page ${JSON.stringify(request)}`, 'author 9']);
  });
});

describe('loading a user’s posts and profile', () => {
  test('requests the user and the page of posts at the same time', async () => {
    const { catalog, requests, open } = aProfile();
    const request = { authorId: 9, limit: 2, cursor: 'b3BhcXVl' };
    const loading = loadUserPosts(catalog, request, caller);
    expect(requests).toEqual(['author 9', `page ${JSON.stringify(request)}`]);
    open.resolve();
    const { user, page: found } = await loading;
    expect([user.value, found.value?.items]).toEqual([aUser(9), [aPost(5, 9)]]);
  });

  test('requests all three parts of a profile at the same time, with the twenty newest posts', async () => {
    const { catalog, requests, open } = aProfile();
    const loading = loadProfile(catalog, 9, caller);
    expect(requests.toSorted()).toEqual(['author 9', 'counts 9', 'page {"authorId":9,"limit":20}']);
    open.resolve();
    const { user, page: found, counts } = await loading;
    expect([user.value, found.value?.items.length, counts.value]).toEqual([
      aUser(9),
      1,
      { postCount: 1, friendCount: 3 },
    ]);
  });

  test.each(['page', 'counts'] as const)(
    'throws the failure of a profile’s %s',
    async (missing) => {
      const { catalog, open } = aProfile();
      open.resolve();
      const failing = aDataSource<never, never>(() =>
        Promise.reject(failed('refused', undefined, 'social')),
      );
      const without: Catalog = { ...catalog, [missing]: failing.source };
      await expect(loadProfile(without, 9, caller)).rejects.toMatchObject({ kind: 'refused' });
    },
  );
});
