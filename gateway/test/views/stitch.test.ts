// Stitching: pure, only what the contract names, every post, in order.
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
const told = (id: number, author: User | null) => ({
  id,
  content: `This is post ${id}.`,
  author,
  createdAt: CREATED_AT,
});

// What an upstream may send one day, and what must never get out.
const more = { email: 'cat@example.com', passwordHash: '$argon2id$', likes: 3 };
const page = (posts: readonly Post[], nextCursor: string | null = null): PostPage => ({
  items: [...posts],
  nextCursor,
});

/** Frozen, all through: whoever changes what was given to it, throws. */
function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(frozen);
    Object.freeze(value);
  }
  return value;
}

test('a post and its author are one answer, its fields in the contract’s order', () => {
  expect(JSON.stringify(stitchPost(aPost(5, 1), aUser(1)))).toBe(JSON.stringify(told(5, aUser(1))));
});

test('without an author it is the authorless post: null, not absent', () => {
  expect(JSON.stringify(stitchPost(aPost(5), undefined))).toBe(JSON.stringify(told(5, null)));
});

test('what else the upstreams sent along does not get out', () => {
  const post = { ...aPost(5, 1), ...more };
  const user = { ...aUser(1), ...more };
  const counts = { postCount: 1, friendCount: 2, ...more } as Counts;
  const items = [told(5, aUser(1))];
  expect(stitchPost(post, user)).toEqual(items[0]);
  expect(stitchPosts([post], () => user)).toEqual(items);
  expect(stitchUserPosts(user, { ...page([post], 'next'), ...more })).toEqual({
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

test('a list keeps its order, leaves out what does not exist, and never loses a post because of its author', () => {
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
      const stitched = stitchPosts(frozen(posts), (id) => authors.get(id));
      const existing = posts.filter((post) => post !== undefined);
      expect(stitched).toEqual(
        existing.map(({ id, authorId }) => told(id, authors.get(authorId) ?? null)),
      );
    }),
  );
});

test('posts of one author share nothing that could be changed through one of them', () => {
  const [first, second] = stitchPosts([aPost(1, 9), aPost(2, 9)], aUser);
  first!.author!.username = 'changed';
  expect(second).toEqual(told(2, aUser(9)));
});

test('on a user’s page every post is by that user, and the cursor stays as it is', () => {
  expect(stitchUserPosts(aUser(9), page([aPost(2, 9), aPost(1, 9)], 'b3BhcXVl'))).toEqual({
    items: [told(2, aUser(9)), told(1, aUser(9))],
    nextCursor: 'b3BhcXVl',
  });
});

test('the last page says that it is the last', () => {
  expect(stitchUserPosts(aUser(9), page([]))).toEqual({ items: [], nextCursor: null });
});

test('without Identity a page and a profile keep all that Social knows', () => {
  const posts = page([aPost(2, 9), aPost(1, 9)], 'next');
  const items = [told(2, null), told(1, null)];
  expect(stitchUserPosts(undefined, posts)).toEqual({ items, nextCursor: 'next' });
  expect(stitchProfile(undefined, posts, { postCount: 2, friendCount: 0 })).toEqual({
    user: null,
    posts: items,
    postCount: 2,
    friendCount: 0,
  });
});

test('stitching changes nothing that it is given, and gives the same each time', () => {
  const given = frozen({
    user: aUser(9),
    posts: page([aPost(2, 9)]),
    counts: { postCount: 1, friendCount: 0 },
  });
  const once = stitchProfile(given.user, given.posts, given.counts);
  expect(stitchProfile(given.user, given.posts, given.counts)).toEqual(once);
});
