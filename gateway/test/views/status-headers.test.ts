// The headers of an answer about its parts: Cache-Status, Proxy-Status and Server-Timing.
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { failureKinds, proxyMember, type FailureKind } from '../../src/upstream/engine/failure.ts';
import { failureOf } from '../../src/views/data-source.ts';
import { cacheStatus, proxyStatus, statusHeaders } from '../../src/views/status-headers.ts';
import {
  anyFetched,
  author,
  failed,
  unavailable,
  hit,
  miss,
  page,
  post,
  replica,
  stale,
} from './arrange.ts';
import { members, type Member } from './structured-field.ts';

const kinds = Object.keys(failureKinds) as FailureKind[];
const timing = (...parts: Parameters<typeof statusHeaders>[0]) =>
  statusHeaders(parts)['Server-Timing'];

describe('Cache-Status', () => {
  test.each([
    ['a hit, with the full seconds that it stays fresh', hit(21_999), 'author; hit; ttl=21'],
    ['a hit in its last second', hit(1), 'author; hit; ttl=0'],
    ['a miss', miss(), 'author; fwd=miss'],
    ['a miss that joined a shared request', miss(true), 'author; fwd=miss; collapsed'],
    [
      'a stale value, with the failure',
      stale(failed('timeout')),
      'author; fwd=stale; detail=http_response_timeout',
    ],
    [
      'a stale value behind an open breaker',
      stale(failed('open')),
      'author; fwd=stale; detail=destination_unavailable',
    ],
    ['a value from the replica', replica(), 'author; fwd=miss; detail=replica'],
    [
      'a value from the replica after a failure',
      replica(failed('open')),
      'author; fwd=miss; detail=replica',
    ],
    [
      'an unavailable part, with the failure',
      unavailable(failed('refused')),
      'author; fwd=miss; detail=connection_refused',
    ],
    [
      'an unavailable part, with the upstream’s status',
      unavailable(failed('server-error', 500)),
      'author; fwd=miss; detail=status_500',
    ],
    [
      'an unavailable part whose failure has no error type',
      unavailable(failed('left')),
      'author; fwd=miss; detail=failed',
    ],
  ])('describes %s', (_, via, expected) => {
    expect(cacheStatus([author(via)])).toBe(expected);
  });

  test('has one member for each kind of entity, the post first, whatever the order of the parts', () => {
    expect(cacheStatus([author(hit()), author(hit()), post(miss()), post(miss())])).toBe(
      'post; fwd=miss, author; hit; ttl=21',
    );
  });

  test('has no member for a part that is never cached', () => {
    expect(statusHeaders([page(miss())])).not.toHaveProperty('Cache-Status');
  });

  test('describes the worst part, wherever it is in the list: unavailable, stale, replica, miss, hit', () => {
    const worstFirst = [unavailable(), stale(), replica(failed()), miss(), hit()];
    worstFirst.forEach((worst, at) => {
      const rest = worstFirst.slice(at + 1).map((via) => author(via));
      const expected = cacheStatus([author(worst)]);
      expect(cacheStatus([author(worst), ...rest])).toBe(expected);
      expect(cacheStatus([...rest, author(worst)])).toBe(expected);
    });
  });

  test('describes the hit that stays fresh for the shortest time', () => {
    const ttls = [21_000, 4_000, 9_000].map((ttlMs) => post(hit(ttlMs)));
    expect(cacheStatus(ttls)).toBe('post; hit; ttl=4');
    expect(cacheStatus(ttls.toReversed())).toBe('post; hit; ttl=4');
  });

  test('always keeps to RFC 9211: a hit or a forward, never both, with known parameters only', () => {
    fc.assert(
      fc.property(anyFetched, (parts) => {
        const parsed = members(cacheStatus(parts));
        expect(parsed.map(({ name }) => name)).toEqual(
          ['post', 'author'].filter((entity) => parts.some((part) => part.entity === entity)),
        );
        for (const { parameters } of parsed) expectCacheMember(parameters);
      }),
    );
  });
});

function expectCacheMember(parameters: Member['parameters']): void {
  const { hit: isHit, fwd, ttl, collapsed, detail, ...others } = parameters;
  expect(others).toEqual({});
  if (isHit === undefined) expect(['miss', 'stale']).toContain(fwd);
  else expect({ isHit, fwd, collapsed, detail }).toEqual({ isHit: true });
  expect(typeof ttl).toBe(isHit === undefined ? 'undefined' : 'number');
}

const socialFailed = (kind: FailureKind) => post(unavailable(failed(kind, undefined, 'social')));

describe('Proxy-Status', () => {
  test.each([
    ['an error type of the RFC', failed('open'), 'identity; error=destination_unavailable'],
    [
      'the status alone, where it needs no error type',
      failed('server-error', 500),
      'identity; received-status=500',
    ],
    [
      'both, where the response with the status was nonsense',
      failed('nonsense', 204),
      'identity; error=http_protocol_error; received-status=204',
    ],
    [
      'the upstream by its name',
      failed('refused', undefined, 'social'),
      'social; error=connection_refused',
    ],
  ])('names %s', (_, failure, expected) => {
    expect(proxyMember(failure)).toBe(expected);
  });

  test('is absent while nothing failed', () => {
    const complete = [post(hit()), post(miss()), author(miss(true)), author(hit())];
    expect(statusHeaders(complete)).not.toHaveProperty('Proxy-Status');
  });

  test('has one member for each upstream that failed, with its first failure', () => {
    expect(
      proxyStatus([
        author(stale(failed('timeout'))),
        socialFailed('refused'),
        author(unavailable(failed('open'))),
        socialFailed('timeout'),
      ]),
    ).toBe('identity; error=http_response_timeout, social; error=connection_refused');
  });

  test('names the upstream that failed also when the replica has replaced its value', () => {
    const fromReplica = post(replica(failed('open')));
    expect(proxyStatus([fromReplica])).toBe('identity; error=destination_unavailable');
    expect(statusHeaders([post(replica())])).not.toHaveProperty('Proxy-Status');
  });

  test('names every upstream that failed for one part', () => {
    const social = failed('unavailable', 503, 'social');
    const tried = [{ upstream: 'social', failure: social, tookMs: 1 } as const];
    expect(proxyStatus([{ ...author(unavailable(failed('timeout'))), tried }])).toBe(
      'identity; error=http_response_timeout, social; received-status=503',
    );
    const unknown = [{ upstream: 'social', failure: undefined, tookMs: 1 } as const];
    expect(proxyStatus([{ ...author(unavailable(failed('timeout'))), tried: unknown }])).toBe(
      'identity; error=http_response_timeout',
    );
  });

  test('always keeps to RFC 9209, with one member for each upstream that failed', () => {
    fc.assert(
      fc.property(anyFetched, (parts) => {
        const parsed = members(proxyStatus(parts));
        const failures = parts
          .flatMap((part) => [failureOf(part), ...part.tried!.map(({ failure }) => failure)])
          .filter((part) => part !== undefined);
        expect(parsed.map(({ name }) => name)).toEqual([
          ...new Set(failures.map(({ upstream }) => upstream)),
        ]);
        for (const { parameters } of parsed) {
          const { error, 'received-status': status, ...others } = parameters;
          expect(others).toEqual({});
          if (error !== undefined) expect(error).toEqual(expect.stringMatching(/^[a-z_]+$/));
          if (status !== undefined) expect(status).toEqual(expect.any(Number));
        }
      }),
    );
  });
});

describe('Server-Timing', () => {
  test('has the milliseconds of the slowest part of each upstream', () => {
    expect(
      timing(
        post(miss(), undefined, 12.34),
        author(miss(), undefined, 7.06),
        author(miss(true), undefined, 3),
      ),
    ).toBe('social;dur=12.3, identity;dur=7.1');
  });

  test('leaves out an upstream that got no request, however long its part took', () => {
    expect(timing(post(miss(), undefined, 1), author(hit(), undefined, 99))).toBe('social;dur=1.0');
    expect(timing(post(hit()), author(hit()))).toBeUndefined();
  });

  test('counts a part that is never cached', () => {
    expect(timing(page(miss(), undefined, 5))).toBe('social;dur=5.0');
  });

  test.each(kinds)('after the failure %s has the upstream only if an attempt was sent', (kind) => {
    const expected = failureKinds[kind].sent ? 'identity;dur=9.0' : undefined;
    expect(timing(author(unavailable(failed(kind)), undefined, 9))).toBe(expected);
    expect(timing(author(stale(failed(kind)), undefined, 9))).toBe(expected);
  });

  test('has each rung that got a request, also when the rung did not know the entity', () => {
    const identity = { upstream: 'identity', failure: failed('timeout'), tookMs: 250 } as const;
    const fromReplica = { ...post(replica(failed('timeout')), undefined, 12), tried: [identity] };
    expect(timing(fromReplica)).toBe('social;dur=12.0, identity;dur=250.0');
    const missing = author(unavailable(failed('timeout')), undefined, 250);
    const unknown = [{ upstream: 'social', failure: undefined, tookMs: 7 } as const];
    expect(timing({ ...missing, tried: unknown })).toBe('social;dur=7.0, identity;dur=250.0');
    const refused = [
      { upstream: 'social', failure: failed('open', undefined, 'social'), tookMs: 7 } as const,
    ];
    expect(timing({ ...missing, tried: refused })).toBe('identity;dur=250.0');
  });

  test('ignores a part without a request next to a part of the same upstream with one', () => {
    expect(
      timing(author(unavailable(failed('open')), undefined, 50), author(miss(), undefined, 2)),
    ).toBe('identity;dur=2.0');
  });

  test('is always a list of Server-Timing metrics, one for each upstream', () => {
    fc.assert(
      fc.property(anyFetched, (parts) => {
        expect(timing(...parts) ?? 'social;dur=0.0').toMatch(
          /^(social;dur=\d+\.\d|identity;dur=\d+\.\d|social;dur=\d+\.\d, identity;dur=\d+\.\d)$/,
        );
      }),
    );
  });
});

test('an answer without parts has none of the three headers', () => {
  expect(statusHeaders([])).toEqual({});
});

test('an answer has all three headers together', () => {
  expect(
    statusHeaders([post(miss(), undefined, 3), author(stale(failed('timeout')), undefined, 300)]),
  ).toEqual({
    'Cache-Status': 'post; fwd=miss, author; fwd=stale; detail=http_response_timeout',
    'Proxy-Status': 'identity; error=http_response_timeout',
    'Server-Timing': 'social;dur=3.0, identity;dur=300.0',
  });
});
