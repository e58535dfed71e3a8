// Reads the replica for comparisons: names by id, ids in order, and random samples.
import { type Kysely, sql } from 'kysely';
import { servedGeneration } from '../authors.ts';
import type { Schema } from '../../schema.ts';

export interface ReplicaReader {
  /** Returns names by id, without users that the replica does not have. */
  namesOf(ids: readonly number[]): Promise<Map<number, string>>;
  /** Returns the next ids in the replica after an id, in ascending order. */
  after(id: number, limit: number): Promise<number[]>;
  /** Returns the next ids of authors of posts after an id, whether or not the replica has them. */
  authorsAfter(id: number, limit: number): Promise<number[]>;
  /** Returns random ids in the replica: at most `count`, and about `count` if it has many. */
  sample(count: number): Promise<number[]>;
}

export function replicaReader(db: Kysely<Schema>): ReplicaReader {
  const selectUsers = () => db.selectFrom('authors').where('generation', '=', servedGeneration(db));
  return {
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

    async sample(count) {
      const { rows } = await sql<{ id: number }>`
        with bounds as materialized (
          select serving, first, last from log_position
          cross join lateral (
            select min(id) as first, max(id) as last from authors where generation = serving
          ) as ends
          where name = 'users'
        ),
        random_ids as materialized (
          select serving, first + floor(random() * (last - first + 1))::bigint as random_id
          from bounds, generate_series(1, ${count}::integer)
        )
        select distinct picked.id
        from random_ids cross join lateral (
          select id from authors where generation = serving and id >= random_id order by id limit 1
        ) as picked`.execute(db);
      return rows.map(({ id }) => id);
    },
  };
}
