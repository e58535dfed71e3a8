// Parts of an answer: what was looked up, where it came from, and how long that took. A part is required or optional.
import type { Call, Caller, Via } from '../upstream/call.ts';
import { UpstreamFailure, type UpstreamName } from '../upstream/failure.ts';

/** One thing that was looked up. */
export interface Lookup<T> {
  /** What Cache-Status calls it; undefined for what no cache is asked for. */
  readonly thing: 'post' | 'author' | undefined;
  readonly upstream: UpstreamName;
  /** undefined when there is no such thing, and when it is missing (`via` tells which). */
  readonly value: T | undefined;
  readonly via: Via;
  readonly tookMs: number;
}

/** Looks one kind of thing up. */
export type Part<Q, T> = (question: Q, caller: Caller) => Promise<Lookup<T>>;

type Naming = Pick<Lookup<unknown>, 'thing' | 'upstream'>;

/** Asks, and notes what came of it. */
export const lookUp =
  <Q, T>(naming: Naming, call: Call<Q, T | undefined>): Part<Q, T> =>
  async (question, caller) => {
    const startedAt = performance.now();
    const { value, via } = await call(question, caller);
    return { ...naming, value, via, tookMs: performance.now() - startedAt };
  };

/** A part without which there is no answer: its failure is the answer's. */
export const required =
  <Q, T>(part: Part<Q, T>): Part<Q, T> =>
  async (question, caller) => {
    const found = await part(question, caller);
    if (found.via.kind === 'gap') throw found.via.failure;
    return found;
  };

/**
 * A part that may be missing. Its rungs are tried in order, each when the one above failed; below the last is the gap,
 * with the failure of the first. A lower rung is a copy, which may be late: what it does not have may exist. Only
 * expected failures become gaps: a bug is thrown on.
 */
export const optional =
  <Q, T>(rungs: readonly [Part<Q, T>, ...Part<Q, T>[]], naming: Naming): Part<Q, T> =>
  async (question, caller) => {
    const startedAt = performance.now();
    let failure: UpstreamFailure | undefined;
    for (const rung of rungs) {
      try {
        const found = await rung(question, caller);
        if (found.via.kind === 'gap') failure ??= found.via.failure;
        else if (failure === undefined) return found;
        else if (found.value !== undefined) return { ...found, via: { kind: 'replica', failure } };
      } catch (error) {
        if (!(error instanceof UpstreamFailure)) throw error;
        failure ??= error;
      }
    }
    return {
      ...naming,
      value: undefined,
      via: { kind: 'gap', failure: failure! },
      tookMs: performance.now() - startedAt,
    };
  };

/** A part that comes from a copy, which nobody but Social is asked for. */
export const copied =
  <Q, T>(part: Part<Q, T>): Part<Q, T> =>
  async (question, caller) => {
    const found = await part(question, caller);
    return found.via.kind === 'miss'
      ? { ...found, via: { kind: 'replica', failure: undefined } }
      : found;
  };

/** The failure behind a part that is not whole; undefined for a whole one. */
export const failureOf = ({ via }: Lookup<unknown>): UpstreamFailure | undefined =>
  via.kind === 'hit' || via.kind === 'miss' ? undefined : via.failure;
