// The public side of the users: what anyone may read. It never touches e-mails or password hashes.
import type { User } from 'contracts/types';
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';

export interface Profiles {
  find(id: number): Promise<User | undefined>;
  /** In the order of `ids`; unknown ones are left out. */
  findMany(ids: readonly number[]): Promise<User[]>;
}

export const profilesIn = (db: Kysely<Schema>): Profiles => ({
  find: (id) =>
    db.selectFrom('users').select(['id', 'username']).where('id', '=', id).executeTakeFirst(),

  async findMany(ids) {
    const rows = await db
      .selectFrom('users')
      .select(['id', 'username'])
      // One parameter, whatever the number of ids: one prepared plan.
      .where('id', '=', sql<number>`any(${[...ids]}::bigint[])`)
      .execute();
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.flatMap((id) => byId.get(id) ?? []);
  },
});
