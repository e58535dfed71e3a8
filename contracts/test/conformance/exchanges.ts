// Checks of the three services, and the exchanges that the tests change.
import { conformance } from '../../src/conformance/conformance.ts';
import type { Exchange } from '../../src/conformance/conformance.ts';

export const identity = conformance('identity');
export const social = conformance('social');
export const gateway = conformance('gateway');

export const always = {
  'X-Request-Id': 'r1',
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  'X-Content-Type-Options': 'nosniff',
};
export const fresh = { ...always, ETag: '"abc"', 'Cache-Control': 'public, no-cache' };
export const json = { ...fresh, 'Content-Type': 'application/json' };

export const whole: Exchange = {
  method: 'GET',
  path: '/api/users/1',
  status: 200,
  headers: json,
  body: { id: 1, username: 'cat_sun_dog' },
};
export const notFound: Exchange = {
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

export const busy = {
  ...notFound,
  status: 503,
  body: {
    ...(notFound.body as object),
    type: 'urn:social-network:problem:overloaded',
    title: 'Too busy at the moment',
    status: 503,
  },
};
