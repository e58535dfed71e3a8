// Deleted users whose content is hidden: it is deleted in the background, and their access tokens may still be valid.
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Schema } from '../../schema.ts';

/** How long late content is deleted; longer than the lifetime of an access token plus any clock difference. */
const WATCH_MS = 3_600_000;

/**
 * A condition for reads: whether the content of a user is shown.
 * @param userId a number, or a column. A number is looked up once a statement, a column once a row
 */
export const isShown = (userId: RawBuilder<number> | number) =>
  sql<boolean>`not exists (select from departed where departed.user_id = ${userId})`;

/**
 * Hides the content of deleted users. A user without content who was deleted long ago is not stored.
 * @param deleted time of the deletion by user id; all times are in ms since the epoch
 */
export async function hideDeleted(
  db: Kysely<Schema>,
  deleted: ReadonlyMap<number, number>,
  now: number,
): Promise<void> {
  const ids = [...deleted.keys()];
  const isRecent = [...deleted.values()].map((time) => time > now - WATCH_MS);
  await withIndexScans(db, (tx) =>
    sql`
      insert into departed (user_id, noticed_at)
      select user_id, now() - case when is_recent then interval '0' else ${watch} end
      from unnest(${ids}::bigint[], ${isRecent}::boolean[]) as deleted (user_id, is_recent)
      where is_recent or ${hasContent(sql`deleted.user_id`, sql`0`)}
      on conflict (user_id) do update
        set noticed_at = greatest(departed.noticed_at, excluded.noticed_at)`.execute(tx),
  );
}

/** Shows the content of these users again. Returns the ids of those that were hidden. */
export async function takeBack(db: Kysely<Schema>, ids: readonly number[]): Promise<number[]> {
  const rows = await db
    .deleteFrom('departed')
    .where('user_id', '=', sql<number>`any(${[...ids]}::bigint[])`)
    .returning('user_id')
    .execute();
  return rows.map(({ user_id }) => user_id);
}

/** Shows the content of users again whom a generation has: its log knows nothing of their deletion. */
export async function takeBackAll(db: Kysely<Schema>, generation: number): Promise<void> {
  await sql`
    delete from departed using authors
    where authors.generation = ${generation} and authors.id = departed.user_id`.execute(db);
}

/** Returns the next of these users who have content, in the order of their ids. */
export async function departedWithContent(
  db: Kysely<Schema>,
  after: number,
  limit: number,
): Promise<number[]> {
  const { rows } = await sql<{ user_id: number }>`
    select user_id from departed
    where user_id > ${after} and ${hasContent(sql`departed.user_id`, sql`posts_after`)}
    order by user_id limit ${limit}`.execute(db);
  return rows.map(({ user_id }) => user_id);
}

/** Locks the entry of a user until the transaction ends. Returns false if there is none, or if another instance has it. */
export async function lockDeparted(tx: Kysely<Schema>, userId: number): Promise<boolean> {
  const row = await tx
    .selectFrom('departed')
    .select('user_id')
    .where('user_id', '=', userId)
    .forUpdate()
    .skipLocked()
    .executeTakeFirst();
  return row !== undefined;
}

/** Deletes the entries of users whose access tokens have expired and whose content is deleted. */
export async function deleteExpiredDeparted(db: Kysely<Schema>): Promise<void> {
  await sql`
    delete from departed
    where noticed_at <= now() - ${watch} and not ${hasContent(sql`departed.user_id`, sql`posts_after`)}`.execute(
    db,
  );
}

/** Forces index scans, whatever the share of a user's rows: a scan of all posts may exceed the statement timeout. */
export const withIndexScans = <T>(
  db: Kysely<Schema>,
  work: (tx: Kysely<Schema>) => Promise<T>,
): Promise<T> => {
  const run = async (tx: Kysely<Schema>): Promise<T> => {
    await sql`set local enable_seqscan = off`.execute(tx);
    return work(tx);
  };
  return db.isTransaction ? run(db) : db.transaction().execute(run);
};

const watch = sql`${WATCH_MS} * interval '1 ms'`;

/** A condition: whether a user has content, with posts after an id only. Each table has an index for it. */
const hasContent = (userId: RawBuilder<unknown>, postsAfter: RawBuilder<unknown>) => sql`(
  exists (select from posts where author_id = ${userId} and id > ${postsAfter})
  or exists (select from friendships where low_id = ${userId})
  or exists (select from friendships where high_id = ${userId})
  or exists (select from idempotency_keys where user_id = ${userId}))`;
