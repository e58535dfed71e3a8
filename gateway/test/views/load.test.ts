// What a view asks for: in parallel where it can, each author once, and whose failure is the answer's.
import { describe, expect, test } from '@jest/globals';
import type { Counts, Post, PostPage, User } from 'contracts/types';
import type { Catalog } from '../../src/views/catalog.ts';
import { loadPost, loadPosts } from '../../src/views/post/load.ts';
import { loadProfile, loadUserPosts } from '../../src/views/profile/load.ts';
import { settle } from '../upstream/engine/arrange.ts';
import { aPart, author, caller, failed, gap, hit, miss, page, post, replica } from './arrange.ts';

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

/** Posts by their authors' ids, asked for by hand: `social` and `identity` open the way for what waits. */
function arrange(posts: Readonly<Record<number, number>> = {}, known: [number, number][] = []) {
  const social = Promise.withResolvers<void>();
  const identity = Promise.withResolvers<void>();
  const wanted = aPart<number, Post>(async (id) => {
    await social.promise;
    const authorId = posts[id];
    return post(miss(), authorId === undefined ? undefined : aPost(id, authorId));
  });
  const authors = aPart<number, User>(async (id) => {
    await identity.promise;
    return author(miss(), aUser(id));
  });
  const catalog: Catalog = {
    post: wanted.part,
    author: authors.part,
    user: never,
    page: never,
    counts: never,
    feed: never,
    friends: never,
    friendRequests: never,
    postsIncludeAuthors: false,
    me: never,
    authorOf: new Map(known),
  };
  const answer = () => {
    social.resolve();
    identity.resolve();
  };
  return { catalog, social, identity, answer, posts: wanted.asked, authors: authors.asked };
}

/** The parts of user 9's profile, which remember what they were asked and wait until they are let. */
function aProfile({ author: by, items }: { author?: User; items?: Post[] } = {}) {
  const asked: string[] = [];
  const open = Promise.withResolvers<void>();
  const ask = (name: string, found: User | PostPage | Counts) =>
    aPart<unknown, unknown>(async (request) => {
      asked.push(`${name} ${JSON.stringify(request)}`);
      await open.promise;
      return page(miss(), found);
    }).part;
  const catalog = {
    ...arrange().catalog,
    author: ask('author', aUser(9)),
    page: ask('page', {
      items: items ?? [{ ...aPost(5, 9), ...(by && { author: by }) }],
      nextCursor: null,
    }),
    counts: ask('counts', { postCount: 1, friendCount: 3 }),
  } as Catalog;
  return { catalog, asked, open };
}

describe('posts', () => {
  test('an author who is not known yet is asked for as soon as the post tells who it is', async () => {
    const testbed = arrange({ 5: 9 });
    const loading = loadPosts(testbed.catalog, [5], caller);
    await settle();
    expect(testbed.authors).toEqual([]);
    testbed.social.resolve();
    await settle();
    expect(testbed.authors).toEqual([9]);
    testbed.identity.resolve();
    expect((await loading).authors.get(9)?.value).toEqual(aUser(9));
  });

  test('who wrote a post is learnt from it', async () => {
    const testbed = arrange({ 5: 9 });
    testbed.answer();
    await loadPosts(testbed.catalog, [5], caller);
    expect(testbed.catalog.authorOf.get(5)).toBe(9);
  });

  test('an author who is known is asked for together with the post, and not a second time', async () => {
    const testbed = arrange({ 5: 9 }, [[5, 9]]);
    const loading = loadPosts(testbed.catalog, [5], caller);
    expect([testbed.posts, testbed.authors]).toEqual([[5], [9]]);
    testbed.answer();
    await loading;
    expect(testbed.authors).toEqual([9]);
  });

  test('a wrong guess costs a look-up, never a wrong author, and is put right', async () => {
    const testbed = arrange({ 5: 9 }, [[5, 8]]);
    testbed.answer();
    const { authors } = await loadPosts(testbed.catalog, [5], caller);
    expect([...authors.keys()]).toEqual([9]);
    expect(testbed.catalog.authorOf.get(5)).toBe(9);
  });

  test('all posts are asked for at once, each author once, and they come in the order asked for', async () => {
    const testbed = arrange({ 5: 9, 3: 8, 4: 9 });
    const loading = loadPosts(testbed.catalog, [5, 3, 4], caller);
    expect(testbed.posts).toEqual([5, 3, 4]);
    testbed.social.resolve();
    await settle();
    expect(testbed.authors).toEqual([9, 8]);
    testbed.identity.resolve();
    const { posts, authors } = await loading;
    expect(posts.map(({ value }) => value?.id)).toEqual([5, 3, 4]);
    expect([...authors.keys()]).toEqual([9, 8]);
  });

  test('a post that does not exist needs no author, and is still a look-up', async () => {
    const testbed = arrange({ 5: 9 }, [[6, 7]]);
    testbed.answer();
    const { posts, authors } = await loadPosts(testbed.catalog, [6, 5], caller);
    expect(posts.map(({ value }) => value?.id)).toEqual([undefined, 5]);
    expect([...authors.keys()]).toEqual([9]);
  });

  test('a gap in place of an author leaves the post', async () => {
    const testbed = arrange({ 5: 9 });
    testbed.answer();
    const catalog: Catalog = {
      ...testbed.catalog,
      author: aPart<number, User>(() => author(gap())).part,
    };
    const { posts, authors } = await loadPosts(catalog, [5], caller);
    expect(posts[0]?.value?.id).toBe(5);
    expect(authors.get(9)?.via.kind).toBe('unavailable');
  });

  test('when a post fails, that is the answer’s failure, without waiting for its author', async () => {
    const testbed = arrange({}, [[5, 9]]);
    testbed.social.reject(failed('timeout', undefined, 'social'));
    await expect(loadPosts(testbed.catalog, [5], caller)).rejects.toMatchObject({
      kind: 'timeout',
    });
    expect(testbed.authors).toEqual([9]);
  });

  test('a bug in an author’s look-up is thrown on', async () => {
    const testbed = arrange({ 5: 9 });
    testbed.social.resolve();
    testbed.identity.reject(new TypeError('oops'));
    await expect(loadPosts(testbed.catalog, [5], caller)).rejects.toThrow(TypeError);
  });

  test('a bug that nobody waits for any more does not end the process', async () => {
    const testbed = arrange({}, [[5, 9]]);
    testbed.social.reject(failed('timeout', undefined, 'social'));
    await expect(loadPosts(testbed.catalog, [5], caller)).rejects.toMatchObject({
      kind: 'timeout',
    });
    const unhandled: unknown[] = [];
    const hear = (error: unknown) => unhandled.push(error);
    process.on('unhandledRejection', hear);
    testbed.identity.reject(new TypeError('oops'));
    await settle();
    process.off('unhandledRejection', hear);
    expect(unhandled).toEqual([]);
  });
});

const bringing = (via = miss(), by: User | null = aUser(9)) => {
  const testbed = arrange();
  const part = aPart<number, Post>((id) => post(via, { ...aPost(id, 9), author: by })).part;
  return { ...testbed, catalog: { ...testbed.catalog, post: part } };
};

describe('posts that bring their authors along', () => {
  test('need nobody to be asked for: the author is the copy’s', async () => {
    const testbed = bringing();
    const one = await loadPost(testbed.catalog, 5, caller);
    expect(one.author).toEqual({ ...author(replica(), aUser(9)), upstream: 'social' });
    const many = await loadPosts(testbed.catalog, [5, 6], caller);
    expect(many.authors.get(9)).toEqual(one.author);
    expect(testbed.authors).toEqual([]);
  });

  test('and are remembered: the author is a hit for as long as the post', async () => {
    const testbed = bringing(hit(700));
    expect((await loadPost(testbed.catalog, 5, caller)).author).toMatchObject({
      value: aUser(9),
      via: hit(700),
    });
  });

  test('of whom the copy has not heard: the author is null, and nobody else is asked', async () => {
    const testbed = bringing(miss(), null);
    expect((await loadPost(testbed.catalog, 5, caller)).author).toMatchObject({
      value: undefined,
      via: replica(),
    });
    expect(testbed.authors).toEqual([]);
  });

  test('do so for a page of one user’s as well: that is one request', async () => {
    const { catalog, asked, open } = aProfile({ author: aUser(9) });
    open.resolve();
    const request = { authorId: 9, limit: 2, cursor: undefined };
    const { user } = await loadUserPosts(
      { ...catalog, postsIncludeAuthors: true },
      request,
      caller,
    );
    expect(user).toMatchObject({ value: aUser(9), via: replica(), upstream: 'social' });
    expect(asked).toEqual([`page ${JSON.stringify(request)}`]);
  });

  test('where there are none, the user is asked for after the page', async () => {
    const { catalog, asked, open } = aProfile({ items: [] });
    open.resolve();
    const request = { authorId: 9, limit: 2, cursor: undefined };
    const { user } = await loadUserPosts(
      { ...catalog, postsIncludeAuthors: true },
      request,
      caller,
    );
    expect(user.value).toEqual(aUser(9));
    expect(asked).toEqual([`page ${JSON.stringify(request)}`, 'author 9']);
  });
});

describe('a user’s posts and profile', () => {
  test('Identity and Social are asked at the same time for a page', async () => {
    const { catalog, asked, open } = aProfile();
    const request = { authorId: 9, limit: 2, cursor: 'b3BhcXVl' };
    const loading = loadUserPosts(catalog, request, caller);
    expect(asked).toEqual(['author 9', `page ${JSON.stringify(request)}`]);
    open.resolve();
    const { user, page: found } = await loading;
    expect([user.value, found.value?.items]).toEqual([aUser(9), [aPost(5, 9)]]);
  });

  test('all three parts of a profile are asked for at the same time, with the twenty newest posts', async () => {
    const { catalog, asked, open } = aProfile();
    const loading = loadProfile(catalog, 9, caller);
    expect(asked.toSorted()).toEqual(['author 9', 'counts 9', 'page {"authorId":9,"limit":20}']);
    open.resolve();
    const { user, page: found, counts } = await loading;
    expect([user.value, found.value?.items.length, counts.value]).toEqual([
      aUser(9),
      1,
      { postCount: 1, friendCount: 3 },
    ]);
  });

  test.each(['page', 'counts'] as const)('without its %s there is no profile', async (missing) => {
    const { catalog, open } = aProfile();
    open.resolve();
    const failing = aPart<never, never>(() =>
      Promise.reject(failed('refused', undefined, 'social')),
    );
    const without: Catalog = { ...catalog, [missing]: failing.part };
    await expect(loadProfile(without, 9, caller)).rejects.toMatchObject({ kind: 'refused' });
  });
});
