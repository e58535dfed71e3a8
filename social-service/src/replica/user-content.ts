// Deletes the content of deleted users.
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Schema } from '../schema.ts';

/** Rows per statement, so that no statement takes long. */
const BATCH = 5_000;
/** Users per transaction. */
const USER_BATCH = 500;
/** How long late content is deleted; longer than the lifetime of an access token plus any clock difference. */
const WATCH_MS = 3_600_000;

/** Deletes all posts, friendships, friend requests and idempotency keys of these users. */
export async function deleteUserContent(
  tx: Transaction<Schema>,
  userIds: readonly number[],
): Promise<void> {
  // Forces index scans, whatever the number of users: a sequential scan of all posts may exceed the statement timeout.
  await sql`set local enable_seqscan = off`.execute(tx);
  const anyOfUsers = sql`any(${[...userIds]}::bigint[])`;
  const statements = [
    sql`delete from posts where id = any(array(
      select id from posts where author_id = ${anyOfUsers} limit ${BATCH}))`,
    // A friendship is deleted with either of its users. Each side has an index.
    sql`delete from friendships where (low_id, high_id) in (
      select low_id, high_id from friendships where low_id = ${anyOfUsers} limit ${BATCH})`,
    sql`delete from friendships where (low_id, high_id) in (
      select low_id, high_id from friendships where high_id = ${anyOfUsers} limit ${BATCH})`,
    sql`delete from idempotency_keys where (user_id, key) in (
      select user_id, key from idempotency_keys where user_id = ${anyOfUsers} limit ${BATCH})`,
  ];
  for (const statement of statements)
    while (((await statement.execute(tx)).numAffectedRows ?? 0n) > 0n);
}

/**
 * Stores users who were deleted within the last hour, since their access tokens may still be valid for some minutes.
 * @param deleted time of the deletion by user id; all times are in ms since the epoch
 */
export async function recordDeletedUsers(
  db: Kysely<Schema>,
  deleted: ReadonlyMap<number, number>,
  now: number,
): Promise<void> {
  const recent = [...deleted].filter(([, time]) => time > now - WATCH_MS).map(([id]) => id);
  if (recent.length === 0) return;
  await db
    .insertInto('departed')
    .columns(['user_id'])
    .expression(sql`select * from unnest(${recent}::bigint[])`)
    .onConflict((conflict) => conflict.column('user_id').doUpdateSet({ noticed_at: sql`now()` }))
    .execute();
}

/** Deletes what users have written after their deletion, and then the entries of users whose tokens have expired. */
export async function deleteLateContent(db: Kysely<Schema>): Promise<void> {
  // Read first, so that each entry deleted at the end was already expired when its user's content was deleted.
  const { rows } = await sql<{ until: Date }>`
    select now() - ${WATCH_MS} * interval '1 ms' as until`.execute(db);
  for (let after = 0; ;) {
    const batch = await db
      .selectFrom('departed')
      .select('user_id')
      .where('user_id', '>', after)
      .orderBy('user_id')
      .limit(USER_BATCH)
      .execute();
    const ids = batch.map(({ user_id }) => user_id);
    if (ids.length === 0) break;
    await db.transaction().execute((tx) => deleteUserContent(tx, ids));
    after = ids.at(-1)!;
  }
  await db.deleteFrom('departed').where('noticed_at', '<=', rows[0]!.until).execute();
}
