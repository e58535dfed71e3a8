// Idempotency keys: a client may repeat a request with the same Idempotency-Key, and its post is created once.
import { hash } from 'node:crypto';
import { Problem } from 'chassis/http/problem';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Schema } from '../schema.ts';

/** A request with an idempotency key. Keys of different users are independent. */
export interface KeyedRequest {
  readonly userId: number;
  readonly key: string;
  /** The request's content. Only its hash is stored. */
  readonly body: string;
}

/** The fields of a created post that the request does not have. */
export interface CreatedPost {
  readonly id: number;
  readonly created_at: Date;
}

/** The id of the post that an earlier request with the same key created. It may have been edited or deleted since. */
export interface Repetition {
  readonly repeats: number;
}

const KEY_LIFETIME = sql<string>`interval '24 hours'`;
const sha256 = (text: string): Buffer => hash('sha256', text, 'buffer');

/**
 * Creates a post, and stores the key in the same transaction. If the key was used within the last 24 hours, creates none.
 * If `create` fails, the key is free again.
 * @throws Problem 409 while an earlier request with the key is in progress, 422 if the key was used with another body
 */
export async function idempotent(
  tx: Transaction<Schema>,
  { userId, key, body }: KeyedRequest,
  create: () => Promise<CreatedPost>,
): Promise<CreatedPost | Repetition> {
  const bodyHash = sha256(body);
  await takeLock(tx, sha256(`${userId} ${key}`).readBigInt64BE());
  // A separate statement after the lock, so that it sees the row of the previous lock holder.
  const known = await tx
    .selectFrom('idempotency_keys')
    .select(['body_hash', 'post_id'])
    .where('user_id', '=', userId)
    .where('key', '=', key)
    .where('created_at', '>', sql<Date>`now() - ${KEY_LIFETIME}`)
    .executeTakeFirst();
  if (known !== undefined) {
    if (bodyHash.equals(known.body_hash)) return { repeats: known.post_id };
    throw new Problem('key-reused', 'This Idempotency-Key was used with another body');
  }
  const created = await create();
  const { id: post_id, created_at } = created;
  const fields = { body_hash: bodyHash, post_id, created_at };
  await tx
    .insertInto('idempotency_keys')
    .values({ user_id: userId, key, ...fields })
    // An expired key that is not deleted yet.
    .onConflict((conflict) => conflict.columns(['user_id', 'key']).doUpdateSet(fields))
    .execute();
  return created;
}

/**
 * Takes the lock until the transaction ends. It never waits, since a repeated request must not hold a second connection.
 * @throws Problem 409 if another transaction has the lock
 */
async function takeLock(tx: Kysely<Schema>, name: bigint): Promise<void> {
  const { rows } = await sql<{ locked: boolean }>`
    select pg_try_advisory_xact_lock(${String(name)}::bigint) as locked`.execute(tx);
  if (rows[0]!.locked) return;
  throw new Problem('key-in-use', 'The same request is still in progress; try again', {
    headers: { 'Retry-After': '1' },
  });
}

/** Deletes expired keys, `batch` rows at a time, so that no statement takes long. */
export async function deleteOldKeys(db: Kysely<Schema>, batch = 1000): Promise<void> {
  for (;;) {
    // PostgreSQL checks the outer condition again under the row's lock, so a key that was just used again stays.
    const { numAffectedRows = 0n } = await sql`
      delete from idempotency_keys
      where created_at <= now() - ${KEY_LIFETIME}
        and (user_id, key) in (
          select user_id, key from idempotency_keys
          where created_at <= now() - ${KEY_LIFETIME} order by created_at limit ${batch}
        )`.execute(db);
    if (numAffectedRows < BigInt(batch)) return;
  }
}
