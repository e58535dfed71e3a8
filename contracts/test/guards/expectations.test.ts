// Readers of another service's answers check the fields that they use.
import { expect, test } from '@jest/globals';
import { parseDocument } from '../../src/document.ts';
import { readerOf, usedOf } from '../../src/expectations.ts';

const reader = readerOf('social', {
  answers: {
    Post: ['id', 'author.username'],
    FriendPage: ['items.id', 'nextCursor'],
    Counts: ['postCount'],
    PostPage: ['items[Post]'],
  },
});

test('a field that is not used may be missing or anything', () => {
  const isCounts = reader('Counts');
  expect(isCounts({ postCount: 3 })).toBe(true);
  expect(isCounts({ postCount: 3, friendCount: 'many', more: null })).toBe(true);
});

test('a field that is used must be there, and as the contract says', () => {
  const isCounts = reader('Counts');
  expect(isCounts({ friendCount: 3 })).toBe(false);
  expect(isCounts({ postCount: -1 })).toBe(false);
  expect(isCounts(null)).toBe(false);
});

test('fields of list items, and of a part that may be null or missing, are checked as far as they are used', () => {
  const isPage = reader('FriendPage');
  expect(isPage({ items: [{ id: 1 }], nextCursor: null })).toBe(true);
  expect(isPage({ items: [{ since: 'x' }], nextCursor: null })).toBe(false);
  const isPost = reader('Post');
  expect(isPost({ id: 1 })).toBe(true);
  expect(isPost({ id: 1, author: null })).toBe(true);
  expect(isPost({ id: 1, author: { username: 'cat_sun_dog' } })).toBe(true);
  expect(isPost({ id: 1, author: {} })).toBe(false);
});

test('the fields of another answer are used of each item', () => {
  const isPage = reader('PostPage');
  expect(isPage({ items: [{ id: 1, author: { username: 'cat_sun_dog' } }] })).toBe(true);
  expect(isPage({ items: [{ id: 1, author: {} }] })).toBe(false);
});

test('a field that a later contract requires is not missed in the answers of an older writer', () => {
  const document = parseDocument(`
components:
  schemas:
    User:
      type: object
      required: [id, displayName]
      properties: { id: { type: integer }, displayName: { type: string } }
`);
  expect(usedOf(document, 'User', ['id'])).toMatchObject({ required: ['id'] });
});

test('a schema and a field that the contract does not have fail at the start', () => {
  expect(() => reader('Friendship')).toThrow('no expectations of Friendship');
  expect(() => readerOf('social', { answers: { Nobody: ['id'] } })('Nobody')).toThrow('Nobody');
  expect(() => readerOf('social', { answers: { Post: ['author.age'] } })('Post')).toThrow(
    'Post.author has no field age',
  );
});
