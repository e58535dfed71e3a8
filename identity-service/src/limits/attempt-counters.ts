// Counters of attempts in the database, so that all instances share them and they survive a restart. The only file that
// imports rate-limiter-flexible.
import { createHash } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { createLanes } from './lanes.ts';
import type { Schema } from '../schema.ts';

export { RateLimiterRes };

/** The name of a limit in the header fields. */
export type Policy = 'account' | 'address' | 'name-changes' | 'registrations';

export interface Limit {
  readonly policy: Policy;
  readonly points: number;
  /** Length of the window in seconds. */
  readonly windowS: number;
}

/** One key of a limit, such as an address. */
export interface Counter {
  readonly policy: Policy;
  readonly key: string;
  readonly limiter: RateLimiterPostgres;
  /** Waits until the attempt may begin. @returns a function to call at its end @throws Problem 503 */
  readonly begin: () => Promise<() => void>;
}

/** Creates a limit. @param prefix keeps its keys apart from those of other limits @returns its counters by key */
export function limitIn(
  db: Kysely<Schema>,
  prefix: string,
  { policy, points, windowS }: Limit,
): (key: string) => Counter {
  const limiter = new RateLimiterPostgres({
    storeClient: clientOf(db),
    storeType: 'client',
    tableName: 'login_attempts',
    tableCreated: true,
    clearExpiredByTimeout: false,
    keyPrefix: prefix,
    points,
    duration: windowS,
  });
  const enter = createLanes(points);
  return (key) => ({ policy, key: keyOf(key), limiter, begin: () => enter(key) });
}

/** Hashes a key, so that the table contains no names and no addresses. */
const keyOf = (text: string): string => createHash('sha256').update(text).digest('base64url');

/**
 * An adapter that the limiter uses like a connection of pg. Its statements go through Kysely, so they wait for the
 * migrations like all other queries.
 */
const clientOf = (db: Kysely<Schema>) => ({
  async query({ text, values }: { text: string; values: readonly unknown[] }) {
    const parts = text.split(/\$\d+/);
    const numbers = [...text.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number));
    const statement = sql<Record<string, unknown>>(
      Object.assign(parts, { raw: parts }),
      ...numbers.map((number) => values[number - 1]),
    );
    const { rows, numAffectedRows } = await statement.execute(db);
    return { rows, rowCount: Number(numAffectedRows ?? rows.length) };
  },
});
