// The HTTP request of an endpoint: method, path, body and headers.
import { expect, test } from '@jest/globals';
import { logIn, logOut } from '../../../src/upstream/identity/sessions.ts';
import { changePost, createPost } from '../../../src/upstream/social/posts.ts';
import { headersOf, httpRequestOf } from '../../../src/upstream/engine/transport/http-request.ts';
import { getCounts } from '../../../src/upstream/social/counts.ts';
import { aCaller } from './arrange.ts';

const limits = { one: 1000, list: 4000 };
const viewer = { userId: 7, token: 'a.b.c' };
const caller = aCaller();
const commonHeaders = {
  accept: 'application/json',
  'accept-encoding': 'identity',
  'user-agent': 'social-network-gateway',
  via: '1.1 gateway',
  'x-request-id': caller.requestId,
  traceparent: caller.traceparent,
};

test('makes a public request a GET without a body and without a token', () => {
  const request = httpRequestOf(getCounts(limits), 7);
  expect(request).toEqual({
    method: 'GET',
    path: '/api/users/7/counts',
    headers: undefined,
    body: undefined,
    maxBytes: 1000,
  });
  expect(headersOf(request, caller)).toEqual(commonHeaders);
});

test('gives a user’s write the user’s token and a JSON body', () => {
  const request = httpRequestOf(changePost(limits), { ...viewer, id: 6, content: 'Better.' });
  expect(request).toMatchObject({
    method: 'PATCH',
    path: '/api/posts/6',
    body: '{"content":"Better."}',
  });
  expect(headersOf(request, caller)).toEqual({
    ...commonHeaders,
    'content-type': 'application/json',
    authorization: 'Bearer a.b.c',
  });
});

test('passes the state of the trace and the baggage on', () => {
  const more = { tracestate: 'vendor=1', baggage: 'tenant=blue' };
  expect(headersOf(httpRequestOf(getCounts(limits), 7), { ...caller, ...more })).toEqual({
    ...commonHeaders,
    ...more,
  });
});

const keyOf = (key: string | undefined) =>
  httpRequestOf(createPost(limits), { ...viewer, content: 'x', key }).headers;

test('quotes the idempotency key, and sends no header without a key', () => {
  expect(keyOf('evening 1')).toMatchObject({ 'idempotency-key': '"evening 1"' });
  expect(keyOf(undefined)).not.toHaveProperty('idempotency-key');
});

test('sends no content type for a write without a body', () => {
  const request = httpRequestOf(logOut(limits), viewer);
  expect(request).toMatchObject({ method: 'DELETE', path: '/api/sessions/current' });
  expect(headersOf(request, caller)).toEqual({ ...commonHeaders, authorization: 'Bearer a.b.c' });
});

test('sends the client’s address with a login when it is known, and no token', () => {
  const body = { username: 'user_7', password: 'a password' };
  const headers = (address: string | undefined) =>
    headersOf(httpRequestOf(logIn(limits), { body, address }), caller);
  expect(headers('203.0.113.9')).toEqual({
    ...commonHeaders,
    'content-type': 'application/json',
    'x-forwarded-for': '203.0.113.9',
    'user-agent': '',
  });
  expect(headers(undefined)).not.toHaveProperty('x-forwarded-for');
});
