// The public profiles of users. No query here reads e-mails or password hashes.
import type { User } from 'contracts/types';
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';

export interface Profiles {
  find(id: number): Promise<User | undefined>;
  /** Returns users in the order of `ids`, without unknown ids. */
  findMany(ids: readonly number[]): Promise<User[]>;
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
});
