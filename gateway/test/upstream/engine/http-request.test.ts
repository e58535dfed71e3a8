// A request as it goes out: what the endpoint says, who asks, and nothing else.
import { expect, test } from '@jest/globals';
import { logIn, logOut } from '../../../src/upstream/identity/sessions.ts';
import { changePost, createPost } from '../../../src/upstream/social/posts.ts';
import { headersOf, httpRequestOf } from '../../../src/upstream/engine/http-request.ts';
import { getCounts } from '../../../src/upstream/social/counts.ts';
import { aCaller } from './arrange.ts';

const limits = { one: 1000, list: 4000 };
const seven = { userId: 7, token: 'a.b.c' };
const caller = aCaller();
const always = {
  accept: 'application/json',
  'accept-encoding': 'identity',
  'x-request-id': caller.requestId,
  traceparent: caller.traceparent,
};

test('a public request is a GET without a body, in nobody’s name', () => {
  const request = httpRequestOf(getCounts(limits), 7);
  expect(request).toEqual({
    method: 'GET',
    path: '/api/users/7/counts',
    headers: undefined,
    body: undefined,
    maxBytes: 1000,
  });
  expect(headersOf(request, caller)).toEqual(always);
});

test('a write in somebody’s name has their token, and its body as JSON', () => {
  const request = httpRequestOf(changePost(limits), { ...seven, id: 6, content: 'Better.' });
  expect(request).toMatchObject({
    method: 'PATCH',
    path: '/api/posts/6',
    body: '{"content":"Better."}',
  });
  expect(headersOf(request, caller)).toEqual({
    ...always,
    'content-type': 'application/json',
    authorization: 'Bearer a.b.c',
  });
});

const keyOf = (key: string | undefined) =>
  httpRequestOf(createPost(limits), { ...seven, content: 'x', key }).headers;

test('a key is quoted, and left out when there is none', () => {
  expect(keyOf('evening 1')).toMatchObject({ 'idempotency-key': '"evening 1"' });
  expect(keyOf(undefined)).not.toHaveProperty('idempotency-key');
});

test('a write without a body says nothing of its type', () => {
  const request = httpRequestOf(logOut(limits), seven);
  expect(request).toMatchObject({ method: 'DELETE', path: '/api/sessions/current' });
  expect(headersOf(request, caller)).toEqual({ ...always, authorization: 'Bearer a.b.c' });
});

test('an attempt to log in names the client’s address, when it is known, and nobody’s token', () => {
  const body = { username: 'user_7', password: 'a password' };
  const headers = (address: string | undefined) =>
    headersOf(httpRequestOf(logIn(limits), { body, address }), caller);
  expect(headers('203.0.113.9')).toEqual({
    ...always,
    'content-type': 'application/json',
    'x-forwarded-for': '203.0.113.9',
  });
  expect(headers(undefined)).not.toHaveProperty('x-forwarded-for');
});
