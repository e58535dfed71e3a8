// The copy as those see it who compare it: name by name, and from its beginning to its end.
import { type Kysely, sql } from 'kysely';
import { serving } from '../authors.ts';
import type { Schema } from '../../schema.ts';

export interface ReplicaReader {
  /** Names by ids; whom the copy does not hold is left out. */
  namesOf(ids: readonly number[]): Promise<Map<number, string>>;
  /** The next ids after one that the copy holds, in their order. */
  after(id: number, limit: number): Promise<number[]>;
  /** The next ids of people who have posts here, whether or not the copy holds them. */
  authorsAfter(id: number, limit: number): Promise<number[]>;
  /** About so many of those that the copy holds, by chance. */
  sample(count: number): Promise<number[]>;
}

export function replicaReader(db: Kysely<Schema>): ReplicaReader {
  const held = () => db.selectFrom('authors').where('generation', '=', serving(db));
  return {
    async namesOf(ids) {
      const rows = await held()
        .select(['id', 'username'])
        .where('id', '=', sql<number>`any(${[...ids]}::bigint[])`)
        .execute();
      return new Map(rows.map(({ id, username }) => [id, username]));
    },

    async after(after, limit) {
      const rows = await held()
        .select('id')
        .where('id', '>', after)
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(({ id }) => id);
    },

    async authorsAfter(after, limit) {
      // From one author to the next in the index, however many posts each has.
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
        places as materialized (
          select serving, first + floor(random() * (last - first + 1))::bigint as place
          from bounds, generate_series(1, ${count}::integer)
        )
        select distinct picked.id
        from places cross join lateral (
          select id from authors where generation = serving and id >= place order by id limit 1
        ) as picked`.execute(db);
      return rows.map(({ id }) => id);
    },
  };
}
