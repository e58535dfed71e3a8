// The common interface of the embedded database and a server, and how both represent int8.
import type { Dialect, Kysely } from 'kysely';
import { DatabaseError } from './errors.ts';

/** How the connections for requests are used now. */
export interface ConnectionUse {
  readonly used: number;
  readonly idle: number;
  /** Work that waits for a connection. */
  readonly waiting: number;
  readonly max: number;
}

/** What could not be done because the database was not available: get a connection in time, or run a statement. */
export const databaseFailures = ['connect', 'statement'] as const;
export type OnDatabaseFailure = (what: (typeof databaseFailures)[number]) => void;

/** An embedded database or a server. */
export interface Backend {
  /** For requests: with a limit on connections and on time. */
  readonly dialect: Dialect;
  /** Runs `work` with a Kysely that has no time limits of requests, for migrations. */
  withMaintenance<T>(work: (db: Kysely<unknown>) => Promise<T>): Promise<T>;
  /**
   * Runs `work` while no other process on the same database runs work with this key. Waits for that until the signal
   * aborts, and resolves to undefined then. The signal that `work` gets aborts when another process may have started.
   */
  withLeaderLock<T>(
    key: number,
    signal: AbortSignal,
    work: (lost: AbortSignal) => Promise<T>,
  ): Promise<T | undefined>;
  /** Closes all connections, including those of withMaintenance and withLeaderLock. */
  close(): Promise<void>;
}

/** OID of the type int8: bigint, and the result of count(). */
export const INT8 = 20;

/**
 * Parses an int8.
 * @throws DatabaseError 22003 (out of range) beyond 2^53 − 1, where a number would silently have another value
 */
export function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value))
    throw new DatabaseError('22003', 'an int8 is not a safe integer');
  return value;
}
