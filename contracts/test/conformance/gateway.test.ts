import { expect, test } from '@jest/globals';
import { always, fresh, gateway, identity, notFound, social, whole } from './exchanges.ts';

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

test('accepts headers for browsers in any answer of the gateway, but of no other service', () => {
  expect(gateway(nowhere)).toEqual([]);
  expect(identity(nowhere)).toHaveLength(Object.keys(browser).length);
});

test('checks a header for browsers where the gateway’s document lists it', () => {
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

test('a login of a browser sets cookies and returns no token', () => {
  expect(gateway(loggedIn)).toEqual([]);
  const bare = { ...loggedIn, headers: { ...loggedIn.headers, 'Set-Cookie': undefined } };
  expect(gateway(bare)).toEqual(['POST /api/auth/login 200: header set-cookie is missing']);
  expect(gateway({ ...loggedIn, body: { ...loggedIn.body, accessToken: 'a.b.c' } })).toEqual([
    'POST /api/auth/login 200: body must NOT have additional properties (accessToken)',
  ]);
});

test('accepts a post of Social with, without or with a null author, and a degraded post of the gateway', () => {
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
