// The public profiles of users. No query here reads e-mails or password hashes.
import type { Complete } from 'contracts/complete';
import type { User } from 'contracts/types';
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';

export interface NameSearch {
  readonly prefix: string;
  /** The lower-case name of the last user of the previous page; undefined for the first page. */
  readonly after: string | undefined;
  readonly limit: number;
}

/** The first character after all those of names, and of the lower-case names in the index. */
const AFTER_NAMES = '{';

/**
 * A range of the unique index of names: their collation is "C", so all names with a prefix stand together, and the
 * shortest of them, the prefix itself, comes first.
 */
export function searchQuery({ prefix, after, limit }: NameSearch) {
  const first = prefix.toLowerCase();
  const begin =
    after === undefined ? sql`lower(username) >= ${first}` : sql`lower(username) > ${after}`;
  return sql<User>`
    select id, username from users
    where ${begin} and lower(username) < ${first + AFTER_NAMES}
    order by lower(username) limit ${limit}`;
}

export interface Profiles {
  find(id: number): Promise<Complete<User> | undefined>;
  /** Returns users in the order of `ids`, without unknown ids. */
  findMany(ids: readonly number[]): Promise<Complete<User>[]>;
  /** Ignores case. */
  findByName(username: string): Promise<User | undefined>;
  /** Users whose names begin with `prefix`, ordered by name; both ignore case. */
  search(search: NameSearch): Promise<User[]>;
}

export const profilesIn = (db: Kysely<Schema>): Profiles => ({
  find: (id) =>
    db.selectFrom('users').select(['id', 'username']).where('id', '=', id).executeTakeFirst(),

  async findMany(ids) {
    const rows = await db
      .selectFrom('users')
      .select(['id', 'username'])
      // One array parameter for any number of ids, so that the statement has one prepared plan.
      .where('id', '=', sql<number>`any(${[...ids]}::bigint[])`)
      .execute();
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.flatMap((id) => byId.get(id) ?? []);
  },

  findByName: (username) =>
    db
      .selectFrom('users')
      .select(['id', 'username'])
      .where(sql`lower(username)`, '=', username.toLowerCase())
      .executeTakeFirst(),

  search: async (search) => (await searchQuery(search).execute(db)).rows,
});
