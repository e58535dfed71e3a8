// What the embedded database and a server have in common, and how both give numbers.
import type { Dialect, Kysely } from 'kysely';
import { DatabaseError } from './errors.ts';

/** One of the two kinds of database. */
export interface Backend {
  /** For requests: bounded in connections and in time. */
  readonly dialect: Dialect;
  /** Lends a Kysely without the deadlines of requests, for migrations. */
  withMaintenance<T>(work: (db: Kysely<unknown>) => Promise<T>): Promise<T>;
  /**
   * Runs `work` while nobody else on the same database does so with this key; waits for that until the signal aborts, and
   * is undefined then. The signal that `work` gets aborts when somebody else may be at it.
   */
  withLeaderLock<T>(
    key: number,
    signal: AbortSignal,
    work: (lost: AbortSignal) => Promise<T>,
  ): Promise<T | undefined>;
  /** Closes everything, work of `maintain` and `exclusively` included. */
  close(): Promise<void>;
}

/** The type id of int8 (bigint, and what count() gives). */
export const INT8 = 20;

/**
 * An int8 as a number.
 * @throws DatabaseError 22003 (out of range) beyond 2^53 − 1, where a number would silently be another one.
 */
export function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value))
    throw new DatabaseError('22003', 'an int8 does not fit a number');
  return value;
}
