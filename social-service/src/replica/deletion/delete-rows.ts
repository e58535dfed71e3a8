// Deletes the rows of one user in the order of an index, some at a time, and tells which they were.
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../schema.ts';

/** A key of a row, in the order of an index. */
type Key = number | string;
export interface Deleted {
  /** How many rows were deleted, and the key of the last one. */
  readonly n: number;
  readonly last: Key;
  /** The ids of deleted posts. */
  readonly posts?: readonly number[] | null;
  /** The other users of deleted friendships and requests. */
  readonly others?: readonly number[] | null;
  /** Whether the two were friends, for each of `others`. */
  readonly accepted?: readonly boolean[] | null;
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
    select count(*) as n, max(id) as last, array_agg(id::float8 order by id) as posts,
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
    const isFriendship = table === 'friendships';
    const accepted = isFriendship ? sql`, accepted_at is not null as accepted` : sql``;
    const others = isFriendship
      ? sql`, array_agg(key::float8 order by key) as others, array_agg(accepted order by key) as accepted`
      : sql``;
    const { rows } = await sql<Deleted>`
      with gone as (
        delete from ${sql.table(table)} where ${userColumn} = ${userId} and ${keyColumn} = any(array(
          select ${keyColumn} from ${sql.table(table)}
          where ${userColumn} = ${userId} and ${keyColumn} > ${after}
          order by ${keyColumn} limit ${limit}))
        returning ${keyColumn} as key${accepted}
      ) select count(*) as n, max(key) as last${others} from gone`.execute(tx);
    return rows[0]!;
  };

/** What a user has, and a value before every key of it. */
export const content: readonly (readonly [DeleteNext, Key])[] = [
  [deletePosts, 0],
  // A friendship is deleted with either of its users.
  [deleteFrom('friendships', 'low_id', 'high_id'), 0],
  [deleteFrom('friendships', 'high_id', 'low_id'), 0],
  [deleteFrom('idempotency_keys', 'user_id', 'key'), ''],
];
