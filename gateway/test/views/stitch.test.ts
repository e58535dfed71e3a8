// Stitching: pure, with the contract's fields only, every post in order.
import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { Counts, Post, PostPage, User } from 'contracts/types';
import { stitchPost, stitchPosts } from '../../src/views/post/stitch.ts';
import { stitchProfile, stitchUserPosts } from '../../src/views/profile/stitch.ts';

const CREATED_AT = '2024-01-01T00:00:00.000Z';
const aPost = (id: number, authorId = id): Post => ({
  id,
  content: `This is post ${id}.`,
  authorId,
  createdAt: CREATED_AT,
});
const aUser = (id: number): User => ({ id, username: `user_${id}` });
const stitchedPost = (id: number, author: User | null) => ({
  id,
  content: `This is post ${id}.`,
  author,
  createdAt: CREATED_AT,
});

// Fields that an upstream may add, and that must not reach a client.
const extraFields = { email: 'cat@example.com', passwordHash: '$argon2id$', likes: 3 };
const page = (posts: readonly Post[], nextCursor: string | null = null): PostPage => ({
  items: [...posts],
  nextCursor,
});

/** Freezes a value deeply, so that code that changes it throws. */
function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(deepFreeze);
    Object.freeze(value);
  }
  return value;
}

test('stitches a post and its author, with the fields in the contract’s order', () => {
  expect(JSON.stringify(stitchPost(aPost(5, 1), aUser(1)))).toBe(
    JSON.stringify(stitchedPost(5, aUser(1))),
  );
});

test('sets the author to null, not absent, when there is no author', () => {
  expect(JSON.stringify(stitchPost(aPost(5), undefined))).toBe(
    JSON.stringify(stitchedPost(5, null)),
  );
});

test('leaves out all other fields of the upstreams', () => {
  const post = { ...aPost(5, 1), ...extraFields };
  const user = { ...aUser(1), ...extraFields };
  const counts = { postCount: 1, friendCount: 2, ...extraFields } as Counts;
  const items = [stitchedPost(5, aUser(1))];
  expect(stitchPost(post, user)).toEqual(items[0]);
  expect(stitchPosts([post], () => user)).toEqual(items);
  expect(stitchUserPosts(user, { ...page([post], 'next'), ...extraFields })).toEqual({
    items,
    nextCursor: 'next',
  });
  expect(stitchProfile(user, page([post]), counts)).toEqual({
    user: aUser(1),
    posts: items,
    postCount: 1,
    friendCount: 2,
  });
});

test('keeps the order of a list, leaves out posts that do not exist, and never loses a post because of its author', () => {
  const anyPosts = fc.array(
    fc.option(
      fc
        .record({ id: fc.integer({ min: 1 }), authorId: fc.integer({ min: 1, max: 5 }) })
        .map(({ id, authorId }) => aPost(id, authorId)),
      { nil: undefined },
    ),
    { maxLength: 100 },
  );
  const anyKnown = fc.uniqueArray(fc.integer({ min: 1, max: 5 }));
  fc.assert(
    fc.property(anyPosts, anyKnown, (posts, known) => {
      const authors = new Map(known.map((id) => [id, aUser(id)]));
      const stitched = stitchPosts(deepFreeze(posts), (id) => authors.get(id));
      const existing = posts.filter((post) => post !== undefined);
      expect(stitched).toEqual(
        existing.map(({ id, authorId }) => stitchedPost(id, authors.get(authorId) ?? null)),
      );
    }),
  );
});

test('gives posts of one author separate author objects', () => {
  const [first, second] = stitchPosts([aPost(1, 9), aPost(2, 9)], aUser);
  first!.author!.username = 'changed';
  expect(second).toEqual(stitchedPost(2, aUser(9)));
});

test('gives every post of a user’s page that user as author, and keeps the cursor', () => {
  expect(stitchUserPosts(aUser(9), page([aPost(2, 9), aPost(1, 9)], 'b3BhcXVl'))).toEqual({
    items: [stitchedPost(2, aUser(9)), stitchedPost(1, aUser(9))],
    nextCursor: 'b3BhcXVl',
  });
});

test('keeps the null cursor of the last page', () => {
  expect(stitchUserPosts(aUser(9), page([]))).toEqual({ items: [], nextCursor: null });
});

test('keeps everything of Social in a page and a profile without a user', () => {
  const posts = page([aPost(2, 9), aPost(1, 9)], 'next');
  const items = [stitchedPost(2, null), stitchedPost(1, null)];
  expect(stitchUserPosts(undefined, posts)).toEqual({ items, nextCursor: 'next' });
  expect(stitchProfile(undefined, posts, { postCount: 2, friendCount: 0 })).toEqual({
    user: null,
    posts: items,
    postCount: 2,
    friendCount: 0,
  });
});

test('does not change its arguments, and returns the same each time', () => {
  const args = deepFreeze({
    user: aUser(9),
    posts: page([aPost(2, 9)]),
    counts: { postCount: 1, friendCount: 0 },
  });
  const first = stitchProfile(args.user, args.posts, args.counts);
  expect(stitchProfile(args.user, args.posts, args.counts)).toEqual(first);
});
