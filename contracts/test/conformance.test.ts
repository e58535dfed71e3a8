import { expect, test } from '@jest/globals';
import { conformance } from '../src/conformance/conformance.ts';
import type { Exchange } from '../src/conformance/conformance.ts';
import type { OpenApiDocument } from '../src/document.ts';
import { documentedResponse } from '../src/conformance/documented-response.ts';
import { eventExamples } from '../src/events/examples.ts';

const identity = conformance('identity');
const social = conformance('social');
const gateway = conformance('gateway');

const always = {
  'X-Request-Id': 'r1',
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  'X-Content-Type-Options': 'nosniff',
};
const fresh = { ...always, ETag: '"abc"', 'Cache-Control': 'public, no-cache' };
const json = { ...fresh, 'Content-Type': 'application/json' };

const whole: Exchange = {
  method: 'GET',
  path: '/api/users/1',
  status: 200,
  headers: json,
  body: { id: 1, username: 'cat_sun_dog' },
};
const notFound: Exchange = {
  method: 'GET',
  path: '/api/users/999',
  status: 404,
  headers: { ...always, 'Cache-Control': 'no-store', 'Content-Type': 'application/problem+json' },
  body: {
    type: 'urn:social-network:problem:not-found',
    title: 'There is no such thing',
    status: 404,
    detail: 'There is no user 999.',
    instance: '/api/users/999',
    requestId: 'r1',
  },
};
const without = (name: string) =>
  Object.fromEntries(Object.entries(json).filter(([key]) => key !== name));

test('an exchange that keeps to the document has no violations', () => {
  expect(identity(whole)).toEqual([]);
  expect(identity(notFound)).toEqual([]);
});

test('header names may come in any case, and content types with parameters', () => {
  const headers = Object.entries(json).map(([name, value]) => [name.toLowerCase(), value]);
  expect(identity({ ...whole, headers: Object.fromEntries(headers) })).toEqual([]);
  const utf8 = { ...json, 'Content-Type': 'Application/JSON; charset=utf-8' };
  expect(identity({ ...whole, headers: utf8 })).toEqual([]);
});

test('a body may come as text or as bytes', () => {
  const text = JSON.stringify(whole.body);
  expect(identity({ ...whole, body: text })).toEqual([]);
  expect(identity({ ...whole, body: Buffer.from(text) })).toEqual([]);
});

test('what HTTP itself adds is no violation', () => {
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
    'no content type where there is a body',
    { headers: without('Content-Type') },
    'content type (none) is not documented',
  ],
  ['a body that is not JSON', { body: '<html>' }, 'the body is not JSON'],
  ['a missing property', { body: { id: 1 } }, "body must have required property 'username'"],
  ['a wrong type', { body: { id: '1', username: 'cat' } }, 'body/id must be integer'],
  ['a broken bound', { body: { id: 1, username: 'ab' } }, 'body/username is too short'],
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
])('it catches %s', (_what, change, violation) => {
  const exchange = { ...whole, ...change };
  expect(identity(exchange)).toEqual([
    `${exchange.method} ${exchange.path} ${exchange.status}: ${violation}`,
  ]);
});

test('it catches an undocumented property deep inside, and in a problem document', () => {
  const items = [{ id: 1, username: 'cat', admin: true }];
  expect(identity({ ...whole, path: '/api/users?ids=1', body: { items } })).toEqual([
    'GET /api/users?ids=1 200: body/items/0 must NOT have additional properties (admin)',
  ]);
  const body = { ...(notFound.body as object), stack: 'at …' };
  expect(identity({ ...notFound, body })).toEqual([
    'GET /api/users/999 404: body must NOT have additional properties (stack)',
  ]);
});

test('it catches a problem of a type or status that does not belong to the answer’s', () => {
  const body = {
    ...(notFound.body as object),
    type: 'urn:social-network:problem:internal',
    status: 500,
  };
  expect(identity({ ...notFound, body })).toHaveLength(2);
});

test('it names every violation, not just the first', () => {
  const headers = { 'Content-Type': 'application/json' };
  expect(identity({ ...whole, headers, body: { id: 0, username: 'a b' } })).toHaveLength(5 + 2);
});

test('an answer of one of two shapes may have either, and no mixture', () => {
  const page = { ...whole, path: '/api/posts?authorId=1', body: { items: [], nextCursor: null } };
  expect(social(page)).toEqual([]);
  expect(social({ ...page, body: { items: [] } })).toEqual([]);
  expect(social({ ...page, body: { items: [], next: null } })).not.toEqual([]);
});

const busy = {
  ...notFound,
  status: 503,
  body: {
    ...(notFound.body as object),
    type: 'urn:social-network:problem:overloaded',
    title: 'Too busy at the moment',
    status: 503,
  },
};

test('a number in a header is checked as a number', () => {
  const after = (value: string) => ({
    ...busy,
    headers: { ...busy.headers, 'Retry-After': value },
  });
  expect(identity(after('1'))).toEqual([]);
  expect(identity(busy)).toEqual(['GET /api/users/999 503: header retry-after is missing']);
  expect(identity(after('soon'))).toEqual([
    'GET /api/users/999 503: header retry-after must be integer',
  ]);
});

test('HEAD is checked like GET, without a body', () => {
  const head = { ...whole, method: 'HEAD', body: {} };
  expect(identity(head)).toEqual([]);
  expect(identity({ ...head, body: '{"id":1}' })).toEqual([
    'HEAD /api/users/1 200: there is a body where none is documented',
  ]);
});

test('304 has headers and no body', () => {
  const unchanged = { ...whole, status: 304, headers: fresh, body: undefined };
  expect(identity(unchanged)).toEqual([]);
  expect(identity({ ...unchanged, body: whole.body })).toEqual([
    'GET /api/users/1 304: there is a body where none is documented',
  ]);
});

test('OPTIONS answers 204 with Allow on every path that is documented', () => {
  const options = { ...whole, method: 'OPTIONS', status: 204, body: undefined };
  expect(identity({ ...options, headers: { Allow: 'GET, HEAD, OPTIONS' } })).toEqual([]);
  expect(identity({ ...options, headers: {} })).toEqual([
    'OPTIONS /api/users/1 204: header allow is missing',
  ]);
});

test('of a header that comes several times every value counts', () => {
  const options = { ...whole, method: 'OPTIONS', status: 204, body: undefined };
  expect(identity({ ...options, headers: { Allow: ['GET', 'HEAD'] } })).toEqual([]);
  expect(identity({ ...options, headers: { Allow: ['GET', 'no way'] } })).toHaveLength(1);
});

test('a path that is not documented may only be a problem that any request can meet', () => {
  expect(identity({ ...notFound, path: '/nope' })).toEqual([]);
  expect(identity({ ...notFound, path: '/nope', body: {} })).not.toEqual([]);
  expect(identity({ ...busy, path: '/nope' })).toEqual([
    'GET /nope 503: header retry-after is missing',
  ]);
});

test('a method that is not documented may only be a 405 problem with Allow', () => {
  const body = {
    ...(notFound.body as object),
    type: 'urn:social-network:problem:method-not-allowed',
    status: 405,
  };
  const refused = { ...notFound, method: 'DELETE', status: 405, body };
  expect(identity({ ...refused, headers: { ...notFound.headers, Allow: 'GET, HEAD' } })).toEqual(
    [],
  );
  expect(identity(refused)).toEqual(['DELETE /api/users/999 405: header allow is missing']);
});

const answering = (type: string) => ({ get: { responses: { 200: { content: { [type]: {} } } } } });

test('a path without parameters wins over one with them', () => {
  const paths = {
    '/friends/{id}': answering('text/one'),
    '/friends/requests': answering('text/requests'),
  };
  const document = { paths, components: { responses: {} } } as unknown as OpenApiDocument;
  const typesOf = (path: string) => documentedResponse(document, 'GET', path, 200);
  expect(typesOf('/friends/requests')).toEqual({ content: { 'text/requests': {} } });
  expect(typesOf('/friends/1?x=/y/z')).toEqual({ content: { 'text/one': {} } });
  expect(typesOf('/friends/')).toBe('the path is not documented');
});

const browser = {
  'Content-Security-Policy': "default-src 'none'",
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Frame-Options': 'DENY',
  'Strict-Transport-Security': 'max-age=31536000',
  'Access-Control-Allow-Origin': 'https://app.example',
  Vary: 'Origin',
  'Set-Cookie': ['access=; Max-Age=0', 'refresh=; Max-Age=0'],
};
const nowhere = {
  ...notFound,
  path: '/nope',
  headers: { ...notFound.headers, ...browser },
};

test('any answer of the gateway may carry what concerns browsers, and no other service’s', () => {
  expect(gateway(nowhere)).toEqual([]);
  expect(identity(nowhere)).toHaveLength(Object.keys(browser).length);
});

test('where the gateway’s document lists such a header, it is checked', () => {
  const page = { ...whole, path: '/api/docs', body: '<!doctype html>' };
  const headers = { ...fresh, ...browser, 'Content-Type': 'text/html' };
  expect(gateway({ ...page, headers: { ...headers, 'Content-Security-Policy': 'none' } })).toEqual([
    'GET /api/docs 200: header content-security-policy must match pattern "^default-src \'none\';"',
  ]);
});

const loggedIn = {
  method: 'POST',
  path: '/api/auth/login',
  status: 200,
  headers: {
    ...always,
    'Cache-Control': 'no-store',
    'Content-Type': 'application/json',
    'Set-Cookie': ['__Host-access=a; Path=/; Secure; HttpOnly', '__Host-refresh=r; Path=/'],
  },
  body: { user: { id: 1, username: 'cat_sun_dog' } },
};

test('logging in sets cookies and answers with no token', () => {
  expect(gateway(loggedIn)).toEqual([]);
  const bare = { ...loggedIn, headers: { ...loggedIn.headers, 'Set-Cookie': undefined } };
  expect(gateway(bare)).toEqual(['POST /api/auth/login 200: header set-cookie is missing']);
  expect(gateway({ ...loggedIn, body: { ...loggedIn.body, accessToken: 'a.b.c' } })).toEqual([
    'POST /api/auth/login 200: body must NOT have additional properties (accessToken)',
  ]);
});

test('what depends on who asks is never public', () => {
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

test('a pointer may name a field with any characters in it', () => {
  expect(identity(pointed('/body/a\nb~1'))).toEqual([]);
  expect(identity(pointed('/header/Idempotency-Key'))).toEqual([]);
  expect(identity(pointed('/bodyguard'))).not.toEqual([]);
});

const [first, second] = [eventExamples['user-created'], eventExamples['user-updated']];
const feed: Exchange = {
  method: 'GET',
  path: '/api/user-events?lastEventId=0',
  status: 200,
  headers: {
    ...always,
    'Cache-Control': 'no-store',
    'Content-Type': 'application/cloudevents-batch+json; charset=utf-8',
    Link: '</api/user-events?lastEventId=42>; rel="next"',
    'Log-Head': '57',
  },
  body: [first, second],
};
const of = (event: unknown, change: object) => [{ ...(event as object), ...change }];

test('a batch of events is checked like any JSON: as a value, as text, as bytes, empty', () => {
  expect(identity(feed)).toEqual([]);
  expect(identity({ ...feed, body: JSON.stringify(feed.body) })).toEqual([]);
  expect(identity({ ...feed, body: Buffer.from(JSON.stringify(feed.body)) })).toEqual([]);
  expect(identity({ ...feed, body: [] })).toEqual([]);
  expect(identity({ ...feed, body: '[' })).toHaveLength(1);
});

test.each<[string, Partial<Exchange>, string]>([
  ['an object', { body: {} }, 'body must be array'],
  [
    'plain JSON',
    { headers: { ...feed.headers, 'Content-Type': 'application/json' } },
    'content type application/json is not documented',
  ],
  [
    'an event with a field that is not documented',
    { body: of(second, { mood: 'sunny' }) },
    'body/0 must NOT have additional properties (mood)',
  ],
  [
    'an event of a type that is not documented',
    { body: [eventExamples['later-type']] },
    'body/0 value of tag "type" must be in oneOf',
  ],
  [
    'an event that contradicts itself',
    { body: of(second, { subject: '8' }) },
    'body/0/subject contradicts the rest of the event',
  ],
  ['events out of order', { body: [second, first] }, 'body/1/id is not beyond the one before'],
  ['an event twice', { body: [second, second] }, 'body/1/id is not beyond the one before'],
  [
    'a link that goes on too early',
    { headers: { ...feed.headers, Link: '</api/user-events?lastEventId=41>; rel="next"' } },
    'header link goes on before the last event',
  ],
  [
    'a head that is not the newest',
    { headers: { ...feed.headers, 'Log-Head': '41' } },
    'header log-head is not the newest',
  ],
  ['no link', { headers: { ...feed.headers, Link: undefined } }, 'header link is missing'],
])('a batch may not be answered with %s', (_what, change, violation) => {
  expect(identity({ ...feed, ...change })).toEqual([
    `GET /api/user-events?lastEventId=0 200: ${violation}`,
  ]);
});

test('more than 500 events are too many for one answer', () => {
  const body = Array.from({ length: 501 }, (_, at) => {
    const id = String(at + 1);
    return { ...(first as object), id, sequence: id.padStart(20, '0') };
  });
  const headers = {
    ...feed.headers,
    Link: '</api/user-events?lastEventId=501>; rel="next"',
    'Log-Head': '501',
  };
  expect(identity({ ...feed, headers, body: body.slice(0, 500) })).toEqual([]);
  expect(identity({ ...feed, headers, body })).toEqual([
    'GET /api/user-events?lastEventId=0 200: body must NOT have more than 500 items',
  ]);
});

test('a post of Social brings its author or not, or null; one of the gateway may say where it comes from', () => {
  const post = {
    id: 5,
    content: 'Cats are great.',
    authorId: 1,
    createdAt: '2026-01-05T09:30:00.000Z',
  };
  const exchange = { ...whole, path: '/api/posts/5?include=author', body: post };
  const author = { id: 1, username: 'cat_sun_dog' };
  expect(social(exchange)).toEqual([]);
  expect(social({ ...exchange, body: { ...post, author } })).toEqual([]);
  expect(social({ ...exchange, body: { ...post, author: null } })).toEqual([]);
  expect(social({ ...exchange, body: { ...post, author: 1 } })).not.toEqual([]);

  const { authorId: _, ...stitched } = post;
  const headers = {
    ...always,
    'Content-Type': 'application/json',
    'Cache-Control': 'no-store',
    'Cache-Status': 'post; fwd=miss; stored, author; fwd=miss; detail=replica',
    'Proxy-Status': 'identity; error=connection_refused',
    Vary: 'Prefer',
  };
  const degraded = { ...whole, path: '/api/posts/5', headers, body: { ...stitched, author } };
  expect(gateway(degraded)).toEqual([]);
});
