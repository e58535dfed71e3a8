// Reads the replica for comparisons: names by id, and ids in order.
import { type Kysely, sql } from 'kysely';
import { servedGeneration } from '../authors.ts';
import type { Schema } from '../../schema.ts';

export interface ReplicaReader {
  /** Whether a complete generation is served; before, there is nothing to compare. */
  isServed(): Promise<boolean>;
  /** Returns names by id, without users that the replica does not have. */
  namesOf(ids: readonly number[]): Promise<Map<number, string>>;
  /** Returns the next ids in the replica after an id, in ascending order. */
  after(id: number, limit: number): Promise<number[]>;
  /** Returns the next ids of authors of posts after an id, whether or not the replica has them. */
  authorsAfter(id: number, limit: number): Promise<number[]>;
  /** Returns a number at random between the ids of the replica; 0 if it has none. */
  randomId(): Promise<number>;
}

export function replicaReader(db: Kysely<Schema>): ReplicaReader {
  const selectUsers = () => db.selectFrom('authors').where('generation', '=', servedGeneration(db));
  return {
    async isServed() {
      return (await servedGeneration(db).executeTakeFirstOrThrow()).serving > 0;
    },

    async namesOf(ids) {
      const rows = await selectUsers()
        .select(['id', 'username'])
        .where('id', '=', sql<number>`any(${[...ids]}::bigint[])`)
        .execute();
      return new Map(rows.map(({ id, username }) => [id, username]));
    },

    async after(after, limit) {
      const rows = await selectUsers()
        .select('id')
        .where('id', '>', after)
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(({ id }) => id);
    },

    async authorsAfter(after, limit) {
      // A loose index scan: from one author to the next, however many posts each author has.
      const { rows } = await sql<{ id: number }>`
        with recursive people as (
          (select author_id as id, 1 as n from posts
            where author_id > ${after} order by author_id limit 1)
          union all
          select next.id, n + 1
          from people cross join lateral (
            select author_id as id from posts
            where author_id > people.id order by author_id limit 1
          ) as next
          where n < ${limit}::integer
        )
        select id from people`.execute(db);
      return rows.map(({ id }) => id);
    },

    async randomId() {
      const { rows } = await sql<{ id: number | null }>`
        select min(id) + floor(random() * (max(id) - min(id)))::bigint as id
        from authors where generation = (${servedGeneration(db)})`.execute(db);
      return rows[0]!.id ?? 0;
    },
  };
}
