// What a user leaves behind here, and taking it away.
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Schema } from '../schema.ts';

/** So many rows in one statement, so that none takes long. */
const LOT = 5_000;
/** So many users at once. */
const USERS = 500;
/** Longer than any access token is good, and than clocks differ. */
const WATCH_MS = 3_600_000;

/** Removes all posts, friendships, requests and keys of these users. */
export async function deleteUserContent(
  tx: Transaction<Schema>,
  userIds: readonly number[],
): Promise<void> {
  // By the indexes, however many users: a walk through all posts takes longer than a statement may.
  await sql`set local enable_seqscan = off`.execute(tx);
  const theirs = sql`any(${[...userIds]}::bigint[])`;
  const statements = [
    sql`delete from posts where id = any(array(
      select id from posts where author_id = ${theirs} limit ${LOT}))`,
    // Two people's row goes with either; each side has an index.
    sql`delete from friendships where (low_id, high_id) in (
      select low_id, high_id from friendships where low_id = ${theirs} limit ${LOT})`,
    sql`delete from friendships where (low_id, high_id) in (
      select low_id, high_id from friendships where high_id = ${theirs} limit ${LOT})`,
    sql`delete from idempotency_keys where (user_id, key) in (
      select user_id, key from idempotency_keys where user_id = ${theirs} limit ${LOT})`,
  ];
  for (const statement of statements)
    while (((await statement.execute(tx)).numAffectedRows ?? 0n) > 0n);
}

/** Remembers who left just now: their access tokens may be good for some minutes. `deleted`: when each one did. */
export async function rememberDeletedUsers(
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
    .onConflict((on) => on.column('user_id').doUpdateSet({ noticed_at: sql`now()` }))
    .execute();
}

/** Removes what users have written after they left, and forgets those who can write no more. */
export async function deleteLateContent(db: Kysely<Schema>): Promise<void> {
  // Asked for first: who is forgotten at the end was looked at after their time was over.
  const { rows } = await sql<{ until: Date }>`
    select now() - ${WATCH_MS} * interval '1 ms' as until`.execute(db);
  for (let after = 0; ;) {
    const lot = await db
      .selectFrom('departed')
      .select('user_id')
      .where('user_id', '>', after)
      .orderBy('user_id')
      .limit(USERS)
      .execute();
    const ids = lot.map(({ user_id }) => user_id);
    if (ids.length === 0) break;
    await db.transaction().execute((tx) => deleteUserContent(tx, ids));
    after = ids.at(-1)!;
  }
  await db.deleteFrom('departed').where('noticed_at', '<=', rows[0]!.until).execute();
}
