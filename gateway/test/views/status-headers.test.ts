// What an answer says about itself, for every kind of look-up and for many of them together.
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { failureKinds, proxyMember, type FailureKind } from '../../src/upstream/engine/failure.ts';
import { failureOf } from '../../src/views/data-source.ts';
import { cacheStatus, proxyStatus, statusHeaders } from '../../src/views/status-headers.ts';
import {
  anyLookups,
  author,
  failed,
  gap,
  hit,
  miss,
  page,
  post,
  replica,
  stale,
} from './arrange.ts';
import { members, type Member } from './structured-field.ts';

const kinds = Object.keys(failureKinds) as FailureKind[];
const timing = (...lookups: Parameters<typeof statusHeaders>[0]) =>
  statusHeaders(lookups)['Server-Timing'];

describe('Cache-Status', () => {
  test.each([
    ['a hit, with the whole seconds that it stays fresh', hit(21_999), 'author; hit; ttl=21'],
    ['a hit in its last second', hit(1), 'author; hit; ttl=0'],
    ['a miss', miss(), 'author; fwd=miss'],
    ['a miss that joined another’s request', miss(true), 'author; fwd=miss; collapsed'],
    [
      'a stale one, and why',
      stale(failed('timeout')),
      'author; fwd=stale; detail=http_response_timeout',
    ],
    [
      'a stale one behind an open breaker',
      stale(failed('open')),
      'author; fwd=stale; detail=destination_unavailable',
    ],
    ['one from the copy', replica(), 'author; fwd=miss; detail=replica'],
    [
      'one from the copy in place of what failed',
      replica(failed('open')),
      'author; fwd=miss; detail=replica',
    ],
    ['a gap, and why', gap(failed('refused')), 'author; fwd=miss; detail=connection_refused'],
    ['a gap by a status', gap(failed('server-error', 500)), 'author; fwd=miss; detail=status_500'],
    ['a gap that nothing says more about', gap(failed('left')), 'author; fwd=miss; detail=failed'],
  ])('tells of %s', (_, via, told) => {
    expect(cacheStatus([author(via)])).toBe(told);
  });

  test('has one member for each kind of thing, the post first, whatever the order they came in', () => {
    expect(cacheStatus([author(hit()), author(hit()), post(miss()), post(miss())])).toBe(
      'post; fwd=miss, author; hit; ttl=21',
    );
  });

  test('says nothing of what no cache is asked for', () => {
    expect(statusHeaders([page(miss())])).not.toHaveProperty('Cache-Status');
  });

  test('the worst of a list wins, wherever it stands: gap, stale, replica, miss, hit', () => {
    const worstFirst = [gap(), stale(), replica(failed()), miss(), hit()];
    worstFirst.forEach((worst, at) => {
      const rest = worstFirst.slice(at + 1).map((via) => author(via));
      const told = cacheStatus([author(worst)]);
      expect(cacheStatus([author(worst), ...rest])).toBe(told);
      expect(cacheStatus([...rest, author(worst)])).toBe(told);
    });
  });

  test('of several hits the one that stays fresh for the shortest time is told', () => {
    const ttls = [21_000, 4_000, 9_000].map((ttlMs) => post(hit(ttlMs)));
    expect(cacheStatus(ttls)).toBe('post; hit; ttl=4');
    expect(cacheStatus(ttls.toReversed())).toBe('post; hit; ttl=4');
  });

  test('is always what RFC 9211 allows: a hit or a forward, never both, with known parameters only', () => {
    fc.assert(
      fc.property(anyLookups, (lookups) => {
        const told = members(cacheStatus(lookups));
        expect(told.map(({ name }) => name)).toEqual(
          ['post', 'author'].filter((thing) => lookups.some((one) => one.entity === thing)),
        );
        for (const { parameters } of told) expectCacheMember(parameters);
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

const socialFailed = (kind: FailureKind) => post(gap(failed(kind, undefined, 'social')));

describe('Proxy-Status', () => {
  test.each([
    ['an error type of the RFC', failed('open'), 'identity; error=destination_unavailable'],
    [
      'the status, where that tells it all',
      failed('server-error', 500),
      'identity; received-status=500',
    ],
    [
      'both, where a status was nonsense',
      failed('nonsense', 204),
      'identity; error=http_protocol_error; received-status=204',
    ],
    [
      'the upstream by its name',
      failed('refused', undefined, 'social'),
      'social; error=connection_refused',
    ],
  ])('tells %s', (_, failure, told) => {
    expect(proxyMember(failure)).toBe(told);
  });

  test('is absent while nothing failed', () => {
    const whole = [post(hit()), post(miss()), author(miss(true)), author(hit())];
    expect(statusHeaders(whole)).not.toHaveProperty('Proxy-Status');
  });

  test('has one member for each upstream that failed: its first failure, stale or gap', () => {
    expect(
      proxyStatus([
        author(stale(failed('timeout'))),
        socialFailed('refused'),
        author(gap(failed('open'))),
        socialFailed('timeout'),
      ]),
    ).toBe('identity; error=http_response_timeout, social; error=connection_refused');
  });

  test('names the upstream that failed, also where another one stood in for it', () => {
    const copy = post(replica(failed('open')));
    expect(proxyStatus([copy])).toBe('identity; error=destination_unavailable');
    expect(statusHeaders([post(replica())])).not.toHaveProperty('Proxy-Status');
  });

  test('names every upstream that was tried for one thing, and failed', () => {
    const social = failed('unavailable', 503, 'social');
    const tried = [{ upstream: 'social', failure: social, tookMs: 1 } as const];
    expect(proxyStatus([{ ...author(gap(failed('timeout'))), tried }])).toBe(
      'identity; error=http_response_timeout, social; received-status=503',
    );
    const unknown = [{ upstream: 'social', failure: undefined, tookMs: 1 } as const];
    expect(proxyStatus([{ ...author(gap(failed('timeout'))), tried: unknown }])).toBe(
      'identity; error=http_response_timeout',
    );
  });

  test('is always what RFC 9209 allows, with one member for each upstream that failed', () => {
    fc.assert(
      fc.property(anyLookups, (lookups) => {
        const told = members(proxyStatus(lookups));
        const failures = lookups
          .flatMap((one) => [failureOf(one), ...one.tried!.map(({ failure }) => failure)])
          .filter((one) => one !== undefined);
        expect(told.map(({ name }) => name)).toEqual([
          ...new Set(failures.map(({ upstream }) => upstream)),
        ]);
        for (const { parameters } of told) {
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
  test('tells what each upstream cost, in milliseconds, and of several look-ups the slowest', () => {
    expect(
      timing(
        post(miss(), undefined, 12.34),
        author(miss(), undefined, 7.06),
        author(miss(true), undefined, 3),
      ),
    ).toBe('social;dur=12.3, identity;dur=7.1');
  });

  test('is absent for an upstream that was not asked, however long its part took', () => {
    expect(timing(post(miss(), undefined, 1), author(hit(), undefined, 99))).toBe('social;dur=1.0');
    expect(timing(post(hit()), author(hit()))).toBeUndefined();
  });

  test('counts what no cache is asked for', () => {
    expect(timing(page(miss(), undefined, 5))).toBe('social;dur=5.0');
  });

  test.each(kinds)('after %s the upstream is there if an attempt went out', (kind) => {
    const told = failureKinds[kind].sent ? 'identity;dur=9.0' : undefined;
    expect(timing(author(gap(failed(kind)), undefined, 9))).toBe(told);
    expect(timing(author(stale(failed(kind)), undefined, 9))).toBe(told);
  });

  test('tells what each rung cost that was asked, also when it knew nothing', () => {
    const identity = { upstream: 'identity', failure: failed('timeout'), tookMs: 250 } as const;
    const copy = { ...post(replica(failed('timeout')), undefined, 12), tried: [identity] };
    expect(timing(copy)).toBe('social;dur=12.0, identity;dur=250.0');
    const missing = author(gap(failed('timeout')), undefined, 250);
    const unknown = [{ upstream: 'social', failure: undefined, tookMs: 7 } as const];
    expect(timing({ ...missing, tried: unknown })).toBe('social;dur=7.0, identity;dur=250.0');
    const refused = [
      { upstream: 'social', failure: failed('open', undefined, 'social'), tookMs: 7 } as const,
    ];
    expect(timing({ ...missing, tried: refused })).toBe('identity;dur=250.0');
  });

  test('a look-up that was refused does not hide the one that was asked', () => {
    expect(timing(author(gap(failed('open')), undefined, 50), author(miss(), undefined, 2))).toBe(
      'identity;dur=2.0',
    );
  });

  test('is always a list of Server-Timing metrics, one for each upstream', () => {
    fc.assert(
      fc.property(anyLookups, (lookups) => {
        expect(timing(...lookups) ?? 'social;dur=0.0').toMatch(
          /^(social;dur=\d+\.\d|identity;dur=\d+\.\d|social;dur=\d+\.\d, identity;dur=\d+\.\d)$/,
        );
      }),
    );
  });
});

test('an answer of nothing says nothing about itself', () => {
  expect(statusHeaders([])).toEqual({});
});

test('the three headers stand together', () => {
  expect(
    statusHeaders([post(miss(), undefined, 3), author(stale(failed('timeout')), undefined, 300)]),
  ).toEqual({
    'Cache-Status': 'post; fwd=miss, author; fwd=stale; detail=http_response_timeout',
    'Proxy-Status': 'identity; error=http_response_timeout',
    'Server-Timing': 'social;dur=3.0, identity;dur=300.0',
  });
});
