// Data sources fetch the parts of an answer, and note where each part came from and how long it took.
import type { Call, Caller, Via } from '../upstream/engine/call.ts';
import { UpstreamFailure, type UpstreamName } from '../upstream/engine/failure.ts';

/** A part of an answer: the result of one fetch. */
export interface Fetched<T> {
  /** The kind of part; undefined for a part that no answer lacks. Cache-Status has posts and authors. */
  readonly entity: 'post' | 'author' | 'requests' | 'counts' | 'friendship' | undefined;
  readonly upstream: UpstreamName;
  /** The requested id, for parts that are requested by id. */
  readonly id?: number | undefined;
  /** undefined when it does not exist, or is unavailable (`via` says which). */
  readonly value: T | undefined;
  readonly via: Via;
  readonly tookMs: number;
  /** The other rungs that were tried. */
  readonly tried?: readonly FailedRung[];
}

/** A rung without a value. */
export interface FailedRung extends Pick<Fetched<unknown>, 'upstream' | 'tookMs'> {
  /** undefined when the rung answered that it has no such entity. */
  readonly failure: UpstreamFailure | undefined;
}

/** Fetches one kind of part. */
export type DataSource<Q, T> = (request: Q, caller: Caller) => Promise<Fetched<T>>;

type SourceName = Pick<Fetched<unknown>, 'entity' | 'upstream'>;

const idIn = (request: unknown): number | undefined =>
  typeof request === 'number' ? request : undefined;

/** Makes a data source of a call. */
export const dataSource =
  <Q, T>(name: SourceName, call: Call<Q, T | undefined>): DataSource<Q, T> =>
  async (request, caller) => {
    const startedAt = performance.now();
    const { value, via } = await call(request, caller);
    const id = idIn(request);
    return { ...name, id, value, via, tookMs: performance.now() - startedAt };
  };

/** For a part that the answer needs. @throws UpstreamFailure when the part is unavailable */
export const required =
  <Q, T>(source: DataSource<Q, T>): DataSource<Q, T> =>
  async (request, caller) => {
    const fetched = await source(request, caller);
    if (fetched.via.kind === 'unavailable') throw fetched.via.failure;
    return fetched;
  };

/**
 * For a part that may be unavailable. Tries the rungs in order, each when the one above failed. After the last rung the
 * part is unavailable, with the failure of the first rung. Lower rungs are replicas, which may be late: an entity that
 * they do not have may exist.
 * @throws only bugs, never an UpstreamFailure
 */
export const optional =
  <Q, T>(
    [best, ...replicas]: readonly [DataSource<Q, T>, ...DataSource<Q, T>[]],
    name: SourceName,
  ): DataSource<Q, T> =>
  async (request, caller) => {
    const first = await attempt(best, request, caller);
    if (first.failure === undefined) return first.fetched;
    const { failure, tookMs } = first;
    const tried: FailedRung[] = [];
    for (const replica of replicas) {
      const { fetched, ...outcome } = await attempt(replica, request, caller);
      if (fetched?.value !== undefined) {
        const above = { upstream: failure.upstream, failure, tookMs };
        return { ...fetched, via: { kind: 'replica', failure }, tried: [above, ...tried] };
      }
      tried.push(outcome);
    }
    const unavailable = {
      ...name,
      id: idIn(request),
      value: undefined,
      via: { kind: 'unavailable', failure },
      tookMs,
    } as const;
    return tried.length === 0 ? unavailable : { ...unavailable, tried };
  };

type Attempt<T> = FailedRung &
  (
    | { readonly fetched: Fetched<T>; readonly failure: undefined }
    | { readonly fetched?: undefined; readonly failure: UpstreamFailure }
  );

/** The part that a rung fetched, or its failure. @throws bugs */
export async function attempt<Q, T>(
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
    const fetched = await rung(request, caller);
    if (fetched.via.kind === 'unavailable') return failed(fetched.via.failure);
    const { upstream, tookMs } = fetched;
    return { upstream, fetched, failure: undefined, tookMs };
  } catch (error) {
    if (error instanceof UpstreamFailure) return failed(error);
    throw error;
  }
}

/** For a part whose only source is the replica. */
export const fromReplica =
  <Q, T>(source: DataSource<Q, T>): DataSource<Q, T> =>
  async (request, caller) => {
    const fetched = await source(request, caller);
    return fetched.via.kind === 'miss'
      ? { ...fetched, via: { kind: 'replica', failure: undefined } }
      : fetched;
  };

/** The failure that degraded a part; undefined for a part that is as wanted. */
export const failureOf = ({ via }: Fetched<unknown>): UpstreamFailure | undefined =>
  via.kind === 'hit' || via.kind === 'miss' ? undefined : via.failure;
