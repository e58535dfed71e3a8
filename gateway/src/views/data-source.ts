// Parts of an answer: what was looked up, where it came from, and how long that took. A part is required or optional.
import type { Call, Caller, Via } from '../upstream/engine/call.ts';
import { UpstreamFailure, type UpstreamName } from '../upstream/engine/failure.ts';

/** One thing that was looked up. */
export interface Fetched<T> {
  /** What Cache-Status calls it; undefined for what no cache is asked for. */
  readonly entity: 'post' | 'author' | undefined;
  readonly upstream: UpstreamName;
  /** undefined when there is no such thing, and when it is missing (`via` tells which). */
  readonly value: T | undefined;
  readonly via: Via;
  readonly tookMs: number;
  /** What was asked beside this, and could not tell either. */
  readonly tried?: readonly FailedRung[];
}

/** A rung that did not hold. */
export interface FailedRung extends Pick<Fetched<unknown>, 'upstream' | 'tookMs'> {
  /** undefined when it answered, but knows no such thing. */
  readonly failure: UpstreamFailure | undefined;
}

/** Looks one kind of thing up. */
export type DataSource<Q, T> = (request: Q, caller: Caller) => Promise<Fetched<T>>;

type Source = Pick<Fetched<unknown>, 'entity' | 'upstream'>;

/** Asks, and notes what came of it. */
export const dataSource =
  <Q, T>(naming: Source, call: Call<Q, T | undefined>): DataSource<Q, T> =>
  async (request, caller) => {
    const startedAt = performance.now();
    const { value, via } = await call(request, caller);
    return { ...naming, value, via, tookMs: performance.now() - startedAt };
  };

/** A part without which there is no answer: its failure is the answer's. */
export const required =
  <Q, T>(source: DataSource<Q, T>): DataSource<Q, T> =>
  async (request, caller) => {
    const found = await source(request, caller);
    if (found.via.kind === 'unavailable') throw found.via.failure;
    return found;
  };

/**
 * A part that may be missing. Its rungs are tried in order, each when the one above failed; below the last is the gap,
 * with the failure of the first. A lower rung is a copy, which may be late: what it does not have may exist. Only
 * expected failures become gaps: a bug is thrown on.
 */
export const optional =
  <Q, T>(
    [best, ...copies]: readonly [DataSource<Q, T>, ...DataSource<Q, T>[]],
    naming: Source,
  ): DataSource<Q, T> =>
  async (request, caller) => {
    const first = await attempt(best, request, caller);
    if (first.failure === undefined) return first.found;
    const { failure, tookMs } = first;
    const tried: FailedRung[] = [];
    for (const copy of copies) {
      const { found, ...outcome } = await attempt(copy, request, caller);
      if (found?.value !== undefined) {
        const above = { upstream: failure.upstream, failure, tookMs };
        return { ...found, via: { kind: 'replica', failure }, tried: [above, ...tried] };
      }
      tried.push(outcome);
    }
    const missing = {
      ...naming,
      value: undefined,
      via: { kind: 'unavailable', failure },
      tookMs,
    } as const;
    return tried.length === 0 ? missing : { ...missing, tried };
  };

type Attempt<T> = FailedRung &
  (
    | { readonly found: Fetched<T>; readonly failure: undefined }
    | { readonly found?: undefined; readonly failure: UpstreamFailure }
  );

/** What a rung found, or how it failed. @throws a bug */
async function attempt<Q, T>(
  rung: DataSource<Q, T>,
  request: Q,
  caller: Caller,
): Promise<Attempt<T>> {
  const startedAt = performance.now();
  const failed = (failure: UpstreamFailure): Attempt<T> => ({
    upstream: failure.upstream,
    failure,
    tookMs: performance.now() - startedAt,
  });
  try {
    const found = await rung(request, caller);
    if (found.via.kind === 'unavailable') return failed(found.via.failure);
    return { upstream: found.upstream, found, failure: undefined, tookMs: found.tookMs };
  } catch (error) {
    if (error instanceof UpstreamFailure) return failed(error);
    throw error;
  }
}

/** A part that comes from a copy, which nobody but Social is asked for. */
export const fromReplica =
  <Q, T>(source: DataSource<Q, T>): DataSource<Q, T> =>
  async (request, caller) => {
    const found = await source(request, caller);
    return found.via.kind === 'miss'
      ? { ...found, via: { kind: 'replica', failure: undefined } }
      : found;
  };

/** The failure that a part is not whole by; undefined for a whole one. */
export const failureOf = ({ via }: Fetched<unknown>): UpstreamFailure | undefined =>
  via.kind === 'hit' || via.kind === 'miss' ? undefined : via.failure;
