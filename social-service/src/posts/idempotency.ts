// Requests that a client may send again with the same Idempotency-Key: what they make is made once.
import { hash } from 'node:crypto';
import { Problem } from 'chassis/http/problem';
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';

/** A user's request under its key; two users' keys have nothing to do with each other. */
export interface KeyedRequest {
  readonly userId: number;
  readonly key: string;
  /** What was asked for. Only its hash is kept. */
  readonly body: string;
}

/** What is known of a post that was made, besides what the request says. */
export interface Made {
  readonly id: number;
  readonly created_at: Date;
}

const LIFE = sql<string>`interval '24 hours'`;
const sha256 = (text: string): Buffer => hash('sha256', text, 'buffer');

/**
 * Runs `make` in a transaction that keeps the key too, or gives what it made within the last 24 hours. When `make`
 * fails, the key is free again.
 * @throws Problem 409 while the same request is still being answered, 422 when the key came with another body
 */
export function idempotent(
  db: Kysely<Schema>,
  { userId, key, body }: KeyedRequest,
  make: (tx: Kysely<Schema>) => Promise<Made>,
): Promise<Made> {
  const bodyHash = sha256(body);
  return db.transaction().execute(async (tx) => {
    await takeLock(tx, sha256(`${userId} ${key}`).readBigInt64BE());
    // A statement of its own, after the lock: it sees what the holder before us has done.
    const known = await tx
      .selectFrom('idempotency_keys')
      .select(['body_hash', 'post_id as id', 'created_at'])
      .where('user_id', '=', userId)
      .where('key', '=', key)
      .where('created_at', '>', sql<Date>`now() - ${LIFE}`)
      .executeTakeFirst();
    if (known !== undefined) {
      if (bodyHash.equals(known.body_hash)) return known;
      throw new Problem('key-reused', 'This Idempotency-Key came with another body before');
    }
    const made = await make(tx);
    const { id: post_id, created_at } = made;
    const fields = { body_hash: bodyHash, post_id, created_at };
    await tx
      .insertInto('idempotency_keys')
      .values({ user_id: userId, key, ...fields })
      // One whose time is over, and which nobody has deleted yet.
      .onConflict((on) => on.columns(['user_id', 'key']).doUpdateSet(fields))
      .execute();
    return made;
  });
}

/** Until the transaction ends. It never waits: a request that came twice must not hold two connections. */
async function takeLock(tx: Kysely<Schema>, name: bigint): Promise<void> {
  const { rows } = await sql<{ taken: boolean }>`
    select pg_try_advisory_xact_lock(${String(name)}::bigint) as taken`.execute(tx);
  if (rows[0]!.taken) return;
  throw new Problem('key-in-use', 'The same request is still being answered; ask again', {
    headers: { 'Retry-After': '1' },
  });
}

/** Deletes the keys whose time is over, `batch` at a time, so that no statement takes long. */
export async function deleteOldKeys(db: Kysely<Schema>, batch = 1000): Promise<void> {
  for (;;) {
    // The outer condition is looked at again under the row's lock: a key that is used anew meanwhile stays.
    const { numAffectedRows = 0n } = await sql`
      delete from idempotency_keys
      where created_at <= now() - ${LIFE}
        and (user_id, key) in (
          select user_id, key from idempotency_keys
          where created_at <= now() - ${LIFE} order by created_at limit ${batch}
        )`.execute(db);
    if (numAffectedRows < BigInt(batch)) return;
  }
}
