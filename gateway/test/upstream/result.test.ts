// An upstream's no: told on in its words when it is one of ours, else a failure of the upstream.
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
  throw new Error('it was no failure');
}

const REFUSALS: readonly ProblemSlug[] = [
  'invalid-request',
  'unauthenticated',
  'forbidden',
  'not-found',
  'conflict',
  'key-in-use',
  'key-reused',
  'too-many-requests',
];

describe('a refusal', () => {
  test.each(REFUSALS)('of the kind %s is told on in its own words', (slug) => {
    const { status } = problems[slug];
    expect(read(status, documentOf(slug, status))).toEqual({
      rejected: { slug, detail: 'The word of the upstream.', errors: undefined },
      headers: {},
    });
  });

  test('tells where its faults are, and nothing else that came with them', () => {
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

  test('keeps the headers that say how to go on, and no other', () => {
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

  test('is the problem that the client hears, with the words, the faults and the headers', () => {
    const errors = [{ pointer: '/body/username', detail: 'already taken' }];
    const outcome = read(409, documentOf('conflict', 409, { errors }), { 'retry-after': '1' });
    expect(() => unwrap(outcome)).toThrow(
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

test('what was done is given back, with how many attempts are left', () => {
  const outcome = read(201, {}, { ratelimit: '"account";r=9;t=900', location: '/things/1' });
  expect(outcome).toEqual({ ok: 'cat', headers: { RateLimit: '"account";r=9;t=900' } });
  expect(unwrap(outcome)).toBe('cat');
});

describe('what is no refusal of ours', () => {
  test.each<[string, number, unknown]>([
    ['no JSON', 403, '<h1>403 Forbidden</h1>'],
    ['no body', 403, ''],
    ['null', 403, 'null'],
    ['an empty object', 404, {}],
    ['a problem without its words', 409, { ...documentOf('conflict', 409), detail: undefined }],
    ['a problem of somebody else', 403, { ...documentOf('forbidden', 403), type: 'about:blank' }],
    ['a kind that nobody knows', 403, documentOf('forbidden-by-moon', 403)],
    ['a kind named like what every object has', 403, documentOf('constructor', 403)],
    ['a kind that belongs to another status', 403, documentOf('not-found', 403)],
    ['a kind that is a failure', 409, documentOf('internal', 409)],
    ['faults that are none', 400, documentOf('invalid-request', 400, { errors: ['x'] })],
    ['a status that is not expected', 410, documentOf('not-found', 410)],
    ['a status that is not expected, but ours', 413, documentOf('content-too-large', 413)],
  ])('%s with %d is a failure that opens no breaker', (_, status, body) => {
    const { kind, descriptor, receivedStatus } = failureOf(status, body);
    expect([kind, descriptor.trips, receivedStatus]).toEqual(['rejected', false, status]);
  });

  test('a 429 that is not ours says to come later', () => {
    expect(failureOf(429, '<h1>slow down</h1>').kind).toBe('throttled');
  });

  test.each([
    [500, 'server-error'],
    [502, 'server-error'],
    [503, 'unavailable'],
    [200, 'nonsense'],
    [204, 'nonsense'],
    [302, 'nonsense'],
  ])('%d is %s, whatever its words', (status, kind) => {
    expect(failureOf(status, documentOf('forbidden', 403)).kind).toBe(kind);
  });
});

test('a 503 about missing keys is a failure where no access token was sent', () => {
  const withoutToken = { ...endpoint, readers: rejections(401) };
  const body = Buffer.from(JSON.stringify(documentOf('keys-missing', 503)));
  expect(() =>
    readResponse('identity', withoutToken, null, { status: 503, headers: {}, body }),
  ).toThrow('identity: unavailable');
});
