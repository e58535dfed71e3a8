// Rate limits of password checks, by account and by client address. The counters are in the database, so all instances
// share them and they survive a restart. An attempt is counted before the password is checked.
import { createHash } from 'node:crypto';
import { type HeaderFields, Problem } from 'chassis/http/problem';
import { type Kysely, sql } from 'kysely';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { clientNetworkOf } from './client-network.ts';
import type { Schema } from '../schema.ts';

export interface LimitSettings {
  /** Attempts per window. */
  readonly perAccount: number;
  readonly perAddress: number;
  /** Length of the window in seconds. */
  readonly windowS: number;
}

/** An attempt that has been counted. */
export interface Attempt {
  /** RateLimit header fields (draft-ietf-httpapi-ratelimit-headers-10). */
  readonly headers: HeaderFields;
  /** Takes the attempt back after a correct password, since only failures count. Returns the new header fields. */
  succeeded(): Promise<HeaderFields>;
  /** Runs the password check. If the check throws, its outcome is unknown, and the attempt is taken back. */
  run<T>(work: () => Promise<T>): Promise<T>;
}

/** `logIn` and `reauthenticate` throw a Problem 429 after too many attempts. */
export interface RateLimits {
  /** @param name the account's name as sent by the client, whether or not the account exists */
  logIn(name: string, address: string): Promise<Attempt>;
  /** Counts a check of the user's own password. */
  reauthenticate(userId: number): Promise<Attempt>;
  /** Deletes counters whose window has ended. */
  deleteExpired(): Promise<void>;
}

interface Counter {
  /** The name of the limit in the header fields. */
  readonly policy: 'account' | 'address';
  readonly key: string;
  readonly limiter: RateLimiterPostgres;
}

export function rateLimitsIn(db: Kysely<Schema>, settings: LimitSettings): RateLimits {
  const { perAccount, perAddress, windowS } = settings;
  const limiter = (keyPrefix: string, points: number) =>
    new RateLimiterPostgres({
      storeClient: clientOf(db),
      storeType: 'client',
      tableName: 'login_attempts',
      tableCreated: true,
      clearExpiredByTimeout: false,
      keyPrefix,
      points,
      duration: windowS,
    });
  const account = limiter('account', perAccount);
  const address = limiter('address', perAddress);
  const reauthentication = limiter('proof', perAccount);

  return {
    logIn: (name, ip) =>
      count([
        // The address comes first, so that a blocked address cannot use up the limits of accounts.
        { policy: 'address', key: keyOf(clientNetworkOf(ip)), limiter: address },
        { policy: 'account', key: keyOf(name.toLowerCase()), limiter: account },
      ]),
    reauthenticate: (userId) =>
      count([{ policy: 'account', key: keyOf(String(userId)), limiter: reauthentication }]),
    async deleteExpired() {
      await db.deleteFrom('login_attempts').where('expire', '<', Date.now()).execute();
    },
  };
}

/** Hashes a key, so that the table contains no names and no addresses. */
const keyOf = (text: string): string => createHash('sha256').update(text).digest('base64url');

async function count(counters: readonly Counter[]): Promise<Attempt> {
  const results: [Counter, RateLimiterRes][] = [];
  for (const counter of counters) {
    try {
      results.push([counter, await counter.limiter.consume(counter.key)]);
    } catch (rejected) {
      if (!(rejected instanceof RateLimiterRes)) throw rejected;
      throw tooManyAttempts(counter, rejected);
    }
  }
  const takeBack = () => Promise.all(results.map(([{ limiter, key }]) => limiter.reward(key, 1)));
  return {
    headers: headersOf(results),
    async succeeded() {
      const after = results.map(async ([counter, before]) => {
        const { limiter, key, policy } = counter;
        if (policy === 'address') return [counter, await limiter.reward(key, 1)] as const;
        await limiter.delete(key);
        return [counter, new RateLimiterRes(limiter.points, before.msBeforeNext)] as const;
      });
      return headersOf(await Promise.all(after));
    },
    async run(work) {
      try {
        return await work();
      } catch (error) {
        await takeBack().catch(() => undefined);
        throw error;
      }
    },
  };
}

const secondsOf = (ms: number): number => Math.max(1, Math.ceil(ms / 1000));

function headersOf(results: readonly (readonly [Counter, RateLimiterRes])[]): HeaderFields {
  const limits = results.map(
    ([{ policy, limiter }, { remainingPoints, msBeforeNext }]) =>
      `"${policy}";r=${Math.min(remainingPoints, limiter.points)};t=${secondsOf(msBeforeNext)}`,
  );
  const policies = results.map(
    ([{ policy, limiter }]) => `"${policy}";q=${limiter.points};w=${limiter.duration}`,
  );
  return { RateLimit: limits.join(', '), 'RateLimit-Policy': policies.join(', ') };
}

const tooManyAttempts = (counter: Counter, rejected: RateLimiterRes): Problem =>
  new Problem('too-many-requests', 'Too many attempts; try again later', {
    headers: {
      ...headersOf([[counter, rejected]]),
      'Retry-After': String(secondsOf(rejected.msBeforeNext)),
    },
  });

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
