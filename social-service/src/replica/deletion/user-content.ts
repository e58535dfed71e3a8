// Deletes the content of deleted users: posts, friendships, friend requests and idempotency keys.
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../schema.ts';
import {
  deleteExpiredDeparted,
  departedWithContent,
  lockDeparted,
  withIndexScans,
} from './departed.ts';

/** Rows per statement, so that no statement takes long. */
const BATCH = 1_000;
/** Users per query. */
const USER_BATCH = 500;

/** A key of a row, in the order of an index. */
type Key = number | string;
interface Deleted {
  /** How many rows were deleted, and the key of the last one. */
  readonly n: number;
  readonly last: Key;
}
/**
 * Deletes the next rows of a user. A statement that began at the first row would pass over all rows that are deleted already,
 * so the cost would be quadratic.
 */
type DeleteNext = (
  tx: Kysely<Schema>,
  userId: number,
  after: Key,
  limit: number,
) => Promise<Deleted>;

const deletePosts: DeleteNext = async (tx, userId, after, limit) => {
  const { rows } = await sql<Deleted & { settled: number | null }>`
    with gone as (
      delete from posts where id = any(array(
        select id from posts
        where author_id = ${userId} and id > greatest(${after}::bigint,
          (select posts_after from departed where user_id = ${userId}))
        order by id limit ${limit}))
      returning id, created_at
    )
    select count(*) as n, max(id) as last,
      max(id) filter (where created_at < now() - interval '10 minutes') as settled
    from gone`.execute(tx);
  const [deleted] = rows;
  // A post with a lower id than one that is 10 minutes old cannot become visible any more.
  if (deleted!.settled !== null)
    await tx
      .updateTable('departed')
      .set({ posts_after: deleted!.settled })
      .where('user_id', '=', userId)
      .execute();
  return deleted!;
};

/** Deletes from a table that has an index by `user`, in the order of `key`. */
const deleteFrom =
  (table: 'friendships' | 'idempotency_keys', user: string, key: string): DeleteNext =>
  async (tx, userId, after, limit) => {
    const [userColumn, keyColumn] = [sql.ref(user), sql.ref(key)];
    const { rows } = await sql<Deleted>`
      with gone as (
        delete from ${sql.table(table)} where ${userColumn} = ${userId} and ${keyColumn} = any(array(
          select ${keyColumn} from ${sql.table(table)}
          where ${userColumn} = ${userId} and ${keyColumn} > ${after}
          order by ${keyColumn} limit ${limit}))
        returning ${keyColumn} as key
      ) select count(*) as n, max(key) as last from gone`.execute(tx);
    return rows[0]!;
  };

/** What a user has, and a value before every key of it. */
const content: readonly (readonly [DeleteNext, Key])[] = [
  [deletePosts, 0],
  // A friendship is deleted with either of its users.
  [deleteFrom('friendships', 'low_id', 'high_id'), 0],
  [deleteFrom('friendships', 'high_id', 'low_id'), 0],
  [deleteFrom('idempotency_keys', 'user_id', 'key'), ''],
];

/**
 * Deletes the content of a user in steps of `batch` rows.
 * @param step runs a step in a transaction; undefined ends the deletion
 */
async function deleteInSteps(
  userId: number,
  batch: number,
  step: (work: (tx: Kysely<Schema>) => Promise<Deleted>) => Promise<Deleted | undefined>,
): Promise<void> {
  for (const [deleteNext, first] of content)
    for (let after = first; ;) {
      const deleted = await step((tx) => deleteNext(tx, userId, after, batch));
      if (deleted === undefined) return;
      if (deleted.n < batch) break;
      after = deleted.last;
    }
}

/** Deletes the content of a user in this transaction. */
export const deleteUserContent = (tx: Kysely<Schema>, userId: number): Promise<void> =>
  deleteInSteps(userId, BATCH, (work) => withIndexScans(tx, work));

/**
 * Deletes the content of deleted users, also what they have written after their deletion; `batch` rows a transaction. Several
 * instances may do this at once: each takes users that no other one has.
 */
export async function deleteDepartedContent(db: Kysely<Schema>, batch = BATCH): Promise<void> {
  for (let after = 0; ;) {
    const ids = await withIndexScans(db, (tx) => departedWithContent(tx, after, USER_BATCH));
    for (const id of ids)
      await deleteInSteps(id, batch, (work) =>
        withIndexScans(db, async (tx) => ((await lockDeparted(tx, id)) ? work(tx) : undefined)),
      );
    if (ids.length < USER_BATCH) break;
    after = ids.at(-1)!;
  }
  await withIndexScans(db, deleteExpiredDeparted);
}
