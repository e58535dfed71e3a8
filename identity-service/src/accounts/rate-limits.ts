// How often a password may be tried: for each account, and for each client address. Kept in the database, so several
// instances count together and a restart forgets nothing. An attempt counts before the password is looked at.
import { createHash } from 'node:crypto';
import { type HeaderFields, Problem } from 'chassis/http/problem';
import { type Kysely, sql } from 'kysely';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { clientNetworkOf } from './client-network.ts';
import type { Schema } from '../schema.ts';

export interface LimitSettings {
  readonly perAccount: number;
  readonly perAddress: number;
  readonly windowS: number;
}

/** An attempt that has been counted. */
export interface Attempt {
  /** What is left (draft-ietf-httpapi-ratelimit-headers-10). */
  readonly headers: HeaderFields;
  /** The password was right: only failures stay counted. What is left then. */
  succeeded(): Promise<HeaderFields>;
  /** Does the looking. When it throws, nobody knows whether the password was right, and the attempt is given back. */
  during<T>(work: () => Promise<T>): Promise<T>;
}

/** Both throw a Problem 429 when there were too many. */
export interface RateLimits {
  /** @param name the account as the client names it, whether or not there is one */
  logIn(name: string, address: string): Promise<Attempt>;
  /** For one's own password, asked again. */
  reauthenticate(userId: number): Promise<Attempt>;
  /** Deletes counters whose window is over. */
  deleteExpired(): Promise<void>;
}

interface Counter {
  /** Its name in the fields: whose limit it is. */
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
  const proof = limiter('proof', perAccount);

  return {
    logIn: (name, ip) =>
      count([
        // First, so that an address that is shut out cannot shut out accounts.
        { policy: 'address', key: keyOf(clientNetworkOf(ip)), limiter: address },
        { policy: 'account', key: keyOf(name.toLowerCase()), limiter: account },
      ]),
    reauthenticate: (userId) =>
      count([{ policy: 'account', key: keyOf(String(userId)), limiter: proof }]),
    async deleteExpired() {
      await db.deleteFrom('login_attempts').where('expire', '<', Date.now()).execute();
    },
  };
}

/** The keys hold no name and no address; they are gone after a window. */
const keyOf = (text: string): string => createHash('sha256').update(text).digest('base64url');

async function count(counters: readonly Counter[]): Promise<Attempt> {
  const results: [Counter, RateLimiterRes][] = [];
  for (const counter of counters) {
    try {
      results.push([counter, await counter.limiter.consume(counter.key)]);
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      throw tooMany(counter, refused);
    }
  }
  const giveBack = () => Promise.all(results.map(([{ limiter, key }]) => limiter.reward(key, 1)));
  return {
    headers: fields(results),
    async succeeded() {
      const after = results.map(async ([counter, before]) => {
        const { limiter, key, policy } = counter;
        if (policy === 'address') return [counter, await limiter.reward(key, 1)] as const;
        await limiter.delete(key);
        return [counter, new RateLimiterRes(limiter.points, before.msBeforeNext)] as const;
      });
      return fields(await Promise.all(after));
    },
    async during(work) {
      try {
        return await work();
      } catch (error) {
        await giveBack().catch(() => undefined);
        throw error;
      }
    },
  };
}

const seconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1000));

function fields(results: readonly (readonly [Counter, RateLimiterRes])[]): HeaderFields {
  const left = results.map(
    ([{ policy, limiter }, { remainingPoints, msBeforeNext }]) =>
      `"${policy}";r=${Math.min(remainingPoints, limiter.points)};t=${seconds(msBeforeNext)}`,
  );
  const policies = results.map(
    ([{ policy, limiter }]) => `"${policy}";q=${limiter.points};w=${limiter.duration}`,
  );
  return { RateLimit: left.join(', '), 'RateLimit-Policy': policies.join(', ') };
}

const tooMany = (counter: Counter, refused: RateLimiterRes): Problem =>
  new Problem('too-many-requests', 'There were too many attempts; try again later', {
    headers: {
      ...fields([[counter, refused]]),
      'Retry-After': String(seconds(refused.msBeforeNext)),
    },
  });

/** What the limiter takes for a connection of pg. As Kysely's own queries, its statements wait for the migrations. */
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
