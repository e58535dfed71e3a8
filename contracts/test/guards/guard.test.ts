import { expect, test } from '@jest/globals';
import { compilerOf } from '../../src/compiler.ts';
import {
  loadDocument,
  operationsOf,
  resolve,
  type DocumentName,
  type Response,
} from '../../src/document.ts';
import { compile, schemaGuard } from '../../src/guard.ts';
import type { Post, PostBatch, PostPage, User } from '../../src/types.ts';

/** Makes a check of the body that an operation answers with a status. */
function guardOf(name: DocumentName, operationId: string, status = 200) {
  const document = loadDocument(name);
  const { content } = resolve<Response>(
    document,
    operationsOf(document).get(operationId)!.responses[status]!,
  );
  return compile(
    name,
    (content!['application/json'] ?? content!['application/problem+json']!).schema!,
  );
}

const isUser = schemaGuard<User>('identity', 'User');
const isPost = schemaGuard<Post>('social', 'Post');
const isPage = schemaGuard<PostPage>('social', 'PostPage');
const isBatch = schemaGuard<PostBatch>('social', 'PostBatch');

const user = { id: 1, username: 'cat_sun_dog' };
const post = {
  id: 5,
  content: 'Cats are great.',
  authorId: 1,
  createdAt: '2026-01-05T09:30:00.000Z',
};

test('accepts a body that matches the contract', () => {
  expect(isUser(user)).toBe(true);
  expect(isPost(post)).toBe(true);
});

test('accepts unknown fields, because an upstream may add fields', () => {
  expect(isUser({ ...user, mood: 'sunny' })).toBe(true);
  expect(isPage({ items: [{ ...post, likes: 3 }], nextCursor: null, total: 1 })).toBe(true);
});

test.each([
  ['nothing', undefined],
  ['null', null],
  ['an array', [user]],
  ['a string', '{"id":1,"username":"cat_sun_dog"}'],
  ['a missing field', { id: 1 }],
  ['an id that is text', { ...user, id: '1' }],
  ['an id that is not an integer', { ...user, id: 1.5 }],
  ['the id 0', { ...user, id: 0 }],
  ['an id that is not a safe integer', { ...user, id: 2 ** 53 }],
  ['an id that is NaN', { ...user, id: NaN }],
  ['a name that is too short', { ...user, username: 'ab' }],
  ['a name that is too long', { ...user, username: 'x'.repeat(31) }],
  ['a name that ends with a line break', { ...user, username: 'cat\n' }],
  ['fields in __proto__', JSON.parse('{"__proto__":{"id":1,"username":"cat"}}')],
  ['fields in constructor', JSON.parse('{"constructor":{"id":1,"username":"cat"}}')],
])('refuses %s', (_what, body) => {
  expect(isUser(body)).toBe(false);
});

test.each([
  ['a text that is not a date', 'yesterday'],
  ['a date without a zone', '2026-01-05T09:30:00.000'],
  ['a date that is not in UTC', '2026-01-05T09:30:00.000+02:00'],
  ['a date with a very long fraction', `2026-01-05T09:30:00.${'0'.repeat(1e6)}Z`],
])('refuses %s', (_what, createdAt) => {
  expect(isPost({ ...post, createdAt })).toBe(false);
});

const accepts = (content: string) => isPost({ ...post, content });

test('counts the length of a text in code points, for both limits', () => {
  expect(accepts('')).toBe(false);
  expect(accepts('🐈')).toBe(true);
  expect(accepts('x'.repeat(6000))).toBe(true);
  expect(accepts('x'.repeat(6001))).toBe(false);
  expect(accepts('🐈'.repeat(6000))).toBe(true);
  expect(accepts('🐈'.repeat(6001))).toBe(false);
  expect(accepts('🐈'.repeat(5000) + 'x'.repeat(1001))).toBe(false);
});

test.each([
  ['ab', false],
  ['🐈a', false],
  ['🐈🐈🐈', true],
  ['🐈🐈🐈🐈', true],
  ['🐈🐈🐈🐈🐈', false],
  ['abcde', false],
])('%s has 3 or 4 code points: %s', (text, expected) => {
  const compileSchema = compilerOf(loadDocument('social'), 'fast');
  expect(compileSchema({ type: 'string', minLength: 3, maxLength: 4 })(text)).toBe(expected);
});

test('the guard of listPosts accepts a page and a batch; each also has its own guard', () => {
  const isEither = guardOf('social', 'listPosts');
  const page = { items: [post], nextCursor: null };
  const batch = { items: [post] };
  expect([isPage(page), isPage(batch)]).toEqual([true, false]);
  expect([isBatch(page), isBatch(batch)]).toEqual([true, true]);
  expect([isEither(page), isEither(batch), isEither({})]).toEqual([true, true, false]);
});

test('refuses a list of more than 100 items', () => {
  expect(isBatch({ items: Array.from({ length: 100 }, () => post) })).toBe(true);
  expect(isBatch({ items: Array.from({ length: 101 }, () => post) })).toBe(false);
});

test('refuses a list with an invalid item', () => {
  expect(isBatch({ items: [post, { ...post, authorId: null }] })).toBe(false);
});

test('checks other statuses than 200, also problem documents', () => {
  const isNotFound = guardOf('identity', 'getUser', 404);
  const problem = {
    type: 'urn:social-network:problem:not-found',
    title: 'There is no such thing',
    status: 404,
    detail: 'There is no user 999.',
    instance: '/api/users/999',
    requestId: 'r1',
  };
  expect(isNotFound(problem)).toBe(true);
  expect(isNotFound({ ...problem, status: 500 })).toBe(false);
  expect(isNotFound({ ...problem, type: 'urn:social-network:problem:internal' })).toBe(false);
});

test('throws for an unknown schema', () => {
  expect(() => schemaGuard('social', 'constructor')).toThrow(
    'social has no component schema constructor',
  );
});

test('does not change the body', () => {
  const body = Object.freeze({ ...user, id: '1' });
  isUser(body);
  expect(body).toEqual({ id: '1', username: 'cat_sun_dog' });
});
