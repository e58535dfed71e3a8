import { expect, test } from '@jest/globals';
import type { Exchange } from '../../src/conformance/conformance.ts';
import { busy, identity, json, notFound, social, whole } from './exchanges.ts';

const without = (name: string) =>
  Object.fromEntries(Object.entries(json).filter(([key]) => key !== name));

test('an exchange that matches the document has no violations', () => {
  expect(identity(whole)).toEqual([]);
  expect(identity(notFound)).toEqual([]);
});

test('accepts header names in any case, and content types with parameters', () => {
  const headers = Object.entries(json).map(([name, value]) => [name.toLowerCase(), value]);
  expect(identity({ ...whole, headers: Object.fromEntries(headers) })).toEqual([]);
  const utf8 = { ...json, 'Content-Type': 'Application/JSON; charset=utf-8' };
  expect(identity({ ...whole, headers: utf8 })).toEqual([]);
});

test('accepts a body as text or as bytes', () => {
  const text = JSON.stringify(whole.body);
  expect(identity({ ...whole, body: text })).toEqual([]);
  expect(identity({ ...whole, body: Buffer.from(text) })).toEqual([]);
});

test('accepts the headers that HTTP itself adds', () => {
  const headers = { ...json, Date: 'now', Connection: 'close', 'Content-Length': '31' };
  expect(identity({ ...whole, headers })).toEqual([]);
});

test.each<[string, Partial<Exchange>, string]>([
  ['a path that is not documented', { path: '/api/people/1' }, 'the path is not documented'],
  ['a path with one segment too many', { path: '/api/users/1/x' }, 'the path is not documented'],
  ['a method that is not documented', { method: 'DELETE' }, 'the method is not documented'],
  ['a status that is not documented', { status: 418 }, 'the status is not documented'],
  [
    'a content type that is not documented',
    { headers: { ...json, 'Content-Type': 'text/html' } },
    'content type text/html is not documented',
  ],
  [
    'a body without a content type',
    { headers: without('Content-Type') },
    'content type (none) is not documented',
  ],
  ['a body that is not JSON', { body: '<html>' }, 'the body is not JSON'],
  ['a missing property', { body: { id: 1 } }, "body must have required property 'username'"],
  ['a wrong type', { body: { id: '1', username: 'cat' } }, 'body/id must be integer'],
  ['a value outside its limits', { body: { id: 1, username: 'ab' } }, 'body/username is too short'],
  [
    'a property that is not documented',
    { body: { id: 1, username: 'cat', email: 'cat@example.com' } },
    'body must NOT have additional properties (email)',
  ],
  ['a missing header', { headers: without('ETag') }, 'header etag is missing'],
  [
    'a header with a wrong value',
    { headers: { ...json, ETag: 'abc' } },
    'header etag must match pattern "^(W/)?"[\\x21\\x23-\\x7e]*"$"',
  ],
  [
    'a header that is not documented',
    { headers: { ...json, 'X-Powered-By': 'Express' } },
    'header x-powered-by is not documented',
  ],
])('finds %s', (_what, change, violation) => {
  const exchange = { ...whole, ...change };
  expect(identity(exchange)).toEqual([
    `${exchange.method} ${exchange.path} ${exchange.status}: ${violation}`,
  ]);
});

test('finds an undocumented property inside a list, and in a problem document', () => {
  const items = [{ id: 1, username: 'cat', admin: true }];
  expect(identity({ ...whole, path: '/api/users?ids=1', body: { items } })).toEqual([
    'GET /api/users?ids=1 200: body/items/0 must NOT have additional properties (admin)',
  ]);
  const body = { ...(notFound.body as object), stack: 'at …' };
  expect(identity({ ...notFound, body })).toEqual([
    'GET /api/users/999 404: body must NOT have additional properties (stack)',
  ]);
});

test('finds a problem document with the type and status of another answer', () => {
  const body = {
    ...(notFound.body as object),
    type: 'urn:social-network:problem:internal',
    status: 500,
  };
  expect(identity({ ...notFound, body })).toHaveLength(2);
});

test('finds all violations, not only the first', () => {
  const headers = { 'Content-Type': 'application/json' };
  expect(identity({ ...whole, headers, body: { id: 0, username: 'a b' } })).toHaveLength(5 + 2);
});

test('accepts either of two documented bodies, but no mixture', () => {
  const page = { ...whole, path: '/api/posts?authorId=1', body: { items: [], nextCursor: null } };
  expect(social(page)).toEqual([]);
  expect(social({ ...page, body: { items: [] } })).toEqual([]);
  expect(social({ ...page, body: { items: [], next: null } })).not.toEqual([]);
});

const after = (value: string) => ({
  ...busy,
  headers: { ...busy.headers, 'Retry-After': value },
});

test('checks a number in a header as a number', () => {
  expect(identity(after('1'))).toEqual([]);
  expect(identity(busy)).toEqual(['GET /api/users/999 503: header retry-after is missing']);
  expect(identity(after('soon'))).toEqual([
    'GET /api/users/999 503: header retry-after must be integer',
  ]);
});

test('an answer that depends on the caller is never public', () => {
  const me = {
    ...whole,
    path: '/api/me',
    body: { id: 1, username: 'cat_sun_dog', email: 'cat@example.com' },
  };
  expect(identity(me)).toEqual(['GET /api/me 200: header cache-control must be equal to constant']);
  const headers = { ...json, 'Cache-Control': 'private, no-cache' };
  expect(identity({ ...me, headers })).toEqual([]);
});

const pointed = (pointer: string) => ({
  ...notFound,
  path: '/api/users',
  method: 'POST',
  status: 400,
  body: {
    ...(notFound.body as object),
    type: 'urn:social-network:problem:invalid-request',
    status: 400,
    errors: [{ pointer, detail: 'there is no such field here' }],
  },
});

test('accepts a pointer to a field with any characters in its name', () => {
  expect(identity(pointed('/body/a\nb~1'))).toEqual([]);
  expect(identity(pointed('/header/Idempotency-Key'))).toEqual([]);
  expect(identity(pointed('/bodyguard'))).not.toEqual([]);
});
