// Shared by the tests of the views: parts of every kind, and data sources that record their requests.
import * as fc from 'fast-check';
import type { Caller, Reply, Via } from '../../src/upstream/engine/call.ts';
import {
  failureKinds,
  UpstreamFailure,
  type FailureKind,
  type UpstreamName,
} from '../../src/upstream/engine/failure.ts';
import type { Fetched, DataSource } from '../../src/views/data-source.ts';
import { aCaller } from '../upstream/engine/arrange.ts';

export const caller: Caller = aCaller();

export const hit = (ttlMs = 21_900): Via => ({ kind: 'hit', ttlMs });
export const miss = (collapsed = false): Via => ({ kind: 'miss', collapsed });
export const stale = (failure = failed(), ageMs = 0): Via => ({ kind: 'stale', failure, ageMs });
export const replica = (failure?: UpstreamFailure) => ({ kind: 'replica', failure }) as const;
export const unavailable = (failure = failed()) => ({ kind: 'unavailable', failure }) as const;

export const failed = (
  kind: FailureKind = 'refused',
  status?: number,
  upstream: UpstreamName = 'identity',
): UpstreamFailure => new UpstreamFailure(upstream, kind, status === undefined ? {} : { status });

type AnyVia = Fetched<unknown>['via'];

/** An author that was requested from Identity. */
export const author = <T = undefined>(via: AnyVia, value?: T, tookMs = 1): Fetched<T> => ({
  entity: 'author',
  upstream: 'identity',
  value,
  via,
  tookMs,
});

/** A post that was requested from Social. */
export const post = <T = undefined>(via: AnyVia, value?: T, tookMs = 1): Fetched<T> => ({
  entity: 'post',
  upstream: 'social',
  value,
  via,
  tookMs,
});

/** A page that was requested from Social, without a cache. */
export const page = <T = undefined>(via: AnyVia, value?: T, tookMs = 1): Fetched<T> => ({
  entity: undefined,
  upstream: 'social',
  value,
  via,
  tookMs,
});

/** Makes a data source that records its requests; `answer` returns the part, or throws. */
export function aDataSource<Q, T>(
  answer: (request: Q) => Fetched<T> | Promise<Fetched<T>>,
): { readonly source: DataSource<Q, T>; readonly requests: Q[] } {
  const requests: Q[] = [];
  return {
    requests,
    source: async (request) => {
      requests.push(request);
      return answer(request);
    },
  };
}

export const reply = <T>(value: T, via: Via = miss()): Reply<T> => ({ value, via });

const kinds = Object.keys(failureKinds) as FailureKind[];
const anyUpstream = fc.constantFrom<UpstreamName>('identity', 'social');
const anyTime = fc.double({ min: 0, max: 1e6, noNaN: true });
const anyFailure = fc
  .record({
    kind: fc.constantFrom(...kinds),
    status: fc.option(fc.integer({ min: 100, max: 599 }), { nil: undefined }),
    upstream: anyUpstream,
  })
  .map(({ kind, status, upstream }) => failed(kind, status, upstream));
const anyVia: fc.Arbitrary<AnyVia> = fc.oneof(
  fc.double({ min: 0.001, max: 1e9, noNaN: true }).map(hit),
  fc.boolean().map(miss),
  anyFailure.map((failure) => stale(failure)),
  fc.option(anyFailure, { nil: undefined }).map(replica),
  anyFailure.map(unavailable),
);

/** Any parts that an answer may have. */
export const anyFetched: fc.Arbitrary<Fetched<undefined>[]> = fc.array(
  fc.record({
    entity: fc.constantFrom('post', 'author', undefined),
    upstream: anyUpstream,
    value: fc.constant(undefined),
    via: anyVia,
    tookMs: anyTime,
    tried: fc.array(
      fc.record({
        upstream: anyUpstream,
        failure: fc.option(anyFailure, { nil: undefined }),
        tookMs: anyTime,
      }),
      { maxLength: 2 },
    ),
  }),
  { maxLength: 12 },
);
