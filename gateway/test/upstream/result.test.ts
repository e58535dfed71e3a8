// Rejections: passed on in the upstream's words when they are problem documents of ours, else failures of the upstream.
import { describe, expect, test } from '@jest/globals';
import { problems, type ProblemSlug } from 'chassis/http/problem';
import { UpstreamFailure } from '../../src/upstream/engine/failure.ts';
import {
  readResponse,
  type ResponseHeaders,
  type Endpoint,
} from '../../src/upstream/engine/endpoint.ts';
import { bearerRejections, ok, rejections, type Result } from '../../src/upstream/result.ts';
import { unwrap } from '../../src/routes/unwrap.ts';

const endpoint: Endpoint<null, Result<string>> = {
  name: 'write',
  method: 'POST',
  target: () => '/things',
  maxBytes: () => 1000,
  readers: {
    ...bearerRejections(400, 403, 404, 409, 422, 429),
    201: (_body, _request, headers) => ok('cat', headers),
  },
};

const documentOf = (slug: string, status: number, more: object = {}) => ({
  type: `urn:social-network:problem:${slug}`,
  title: 'A title',
  status,
  detail: 'The word of the upstream.',
  instance: '/inside',
  requestId: 'inside-1',
  ...more,
});

function read(status: number, body: unknown, headers: ResponseHeaders = {}): Result<string> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return readResponse('social', endpoint, null, { status, headers, body: Buffer.from(text) });
}

/** The failure that reading throws. */
function failureOf(status: number, body: unknown): UpstreamFailure {
  try {
    read(status, body);
  } catch (error) {
    if (error instanceof UpstreamFailure) return error;
    throw error;
  }
  throw new Error('reading threw no failure');
}

const REJECTIONS: readonly ProblemSlug[] = [
  'invalid-request',
  'unauthenticated',
  'forbidden',
  'not-found',
  'conflict',
  'key-in-use',
  'key-reused',
  'too-many-requests',
];

describe('a rejection', () => {
  test.each(REJECTIONS)('with the problem %s is passed on in its own words', (slug) => {
    const { status } = problems[slug];
    expect(read(status, documentOf(slug, status))).toEqual({
      rejected: { slug, detail: 'The word of the upstream.', errors: undefined },
      headers: {},
    });
  });

  test('names the pointer and detail of each fault, and no other field', () => {
    const fault = { pointer: '/body/username', detail: 'already taken' };
    const document = documentOf('conflict', 409, {
      errors: [{ ...fault, value: 'cat@example.com' }],
      passwordHash: 'x9',
    });
    expect(read(409, document)).toEqual({
      rejected: { slug: 'conflict', detail: 'The word of the upstream.', errors: [fault] },
      headers: {},
    });
  });

  test('keeps the headers about rate limits, retries and authentication, and no others', () => {
    const headers = {
      'retry-after': '540',
      ratelimit: '"account";r=0;t=540',
      'ratelimit-policy': '"account";q=10;w=900',
      'www-authenticate': 'Bearer',
      'set-cookie': ['a=b'],
      server: 'inside/1.0',
      'cache-control': 'public',
    };
    expect(read(429, documentOf('too-many-requests', 429), headers).headers).toEqual({
      'Retry-After': '540',
      RateLimit: '"account";r=0;t=540',
      'RateLimit-Policy': '"account";q=10;w=900',
      'WWW-Authenticate': 'Bearer',
    });
  });

  test('becomes the client’s problem with the same detail, faults and headers', () => {
    const errors = [{ pointer: '/body/username', detail: 'already taken' }];
    const result = read(409, documentOf('conflict', 409, { errors }), { 'retry-after': '1' });
    expect(() => unwrap(result)).toThrow(
      expect.objectContaining({
        slug: 'conflict',
        status: 409,
        message: 'The word of the upstream.',
        errors,
        headers: { 'Retry-After': '1' },
      }),
    );
  });
});

test('returns the value of a success with the rate-limit headers', () => {
  const result = read(201, {}, { ratelimit: '"account";r=9;t=900', location: '/things/1' });
  expect(result).toEqual({ ok: 'cat', headers: { RateLimit: '"account";r=9;t=900' } });
  expect(unwrap(result)).toBe('cat');
});

describe('a response that is no rejection of ours', () => {
  test.each<[string, number, unknown]>([
    ['text that is no JSON', 403, '<h1>403 Forbidden</h1>'],
    ['an empty body', 403, ''],
    ['null', 403, 'null'],
    ['an empty object', 404, {}],
    ['a problem without a detail', 409, { ...documentOf('conflict', 409), detail: undefined }],
    [
      'a problem of another kind of API',
      403,
      { ...documentOf('forbidden', 403), type: 'about:blank' },
    ],
    ['an unknown problem type', 403, documentOf('forbidden-by-moon', 403)],
    ['a problem type named like a property of every object', 403, documentOf('constructor', 403)],
    ['a problem type of another status', 403, documentOf('not-found', 403)],
    ['a problem type that is a failure', 409, documentOf('internal', 409)],
    ['errors that are no faults', 400, documentOf('invalid-request', 400, { errors: ['x'] })],
    ['a problem with an unexpected status', 410, documentOf('not-found', 410)],
    [
      'a problem of ours with its own, but unexpected status',
      413,
      documentOf('content-too-large', 413),
    ],
  ])('%s (%d) is a failure that opens no breaker', (_, status, body) => {
    const { kind, descriptor, receivedStatus } = failureOf(status, body);
    expect([kind, descriptor.trips, receivedStatus]).toEqual(['rejected', false, status]);
  });

  test('a 429 that is no problem of ours is the failure throttled', () => {
    expect(failureOf(429, '<h1>slow down</h1>').kind).toBe('throttled');
  });

  test.each([
    [500, 'server-error'],
    [502, 'server-error'],
    [503, 'unavailable'],
    [200, 'nonsense'],
    [204, 'nonsense'],
    [302, 'nonsense'],
  ])('the status %d is the failure %s, also with a problem of ours', (status, kind) => {
    expect(failureOf(status, documentOf('forbidden', 403)).kind).toBe(kind);
  });
});

test('a 503 with the problem keys-missing is a failure for a request without an access token', () => {
  const withoutToken = { ...endpoint, readers: rejections(401) };
  const body = Buffer.from(JSON.stringify(documentOf('keys-missing', 503)));
  expect(() =>
    readResponse('identity', withoutToken, null, { status: 503, headers: {}, body }),
  ).toThrow('identity: unavailable');
});
