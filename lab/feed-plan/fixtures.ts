// A million posts, and viewers with several kinds of friends.
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../social-service/src/schema.ts';

export const POSTS = 1_000_000;
const CHUNK = 100_000;
const AUTHORS = 10_000;
const POPULAR = 40_005;

export interface Viewer {
  readonly id: number;
  readonly description: string;
}

interface Friends extends Viewer {
  /** The friends have every `step`th id from `from` to `to`. */
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

// Authors 1 to 10,000 write posts at random. 20,001 to 21,000 wrote the first two thousand posts, and nothing since. 30,001
// to 30,005 write every twentieth post. 50,001 to 51,000 wrote every hundredth post of the older half, and nothing since.
const friends: readonly Friends[] = [
  {
    id: 5_005,
    description: '1,000 friends, of 10,000 equally busy authors',
    from: 1,
    to: 10_000,
    step: 10,
  },
  {
    id: 40_001,
    description: '1,000 friends who wrote long ago, and little',
    from: 20_001,
    to: 21_000,
    step: 1,
  },
  {
    id: 40_002,
    description: '995 who wrote long ago, and 5 who never stop',
    from: 20_006,
    to: 21_000,
    step: 1,
  },
  { id: 40_002, description: '', from: 30_001, to: 30_005, step: 1 },
  {
    id: 40_006,
    description: '1,000 friends who wrote one of 100 older posts',
    from: 50_001,
    to: 51_000,
    step: 1,
  },
  { id: 40_003, description: '10,000 friends, all the busy authors', from: 1, to: 10_000, step: 1 },
  {
    id: 40_004,
    description: '100 friends, of 10,000 equally busy authors',
    from: 50,
    to: 10_000,
    step: 100,
  },
  {
    id: POPULAR,
    description: '1,000 friends, and 100,000 requests unanswered',
    from: 5,
    to: 10_000,
    step: 10,
  },
];

export const viewers: readonly Viewer[] = friends.filter(({ description }) => description !== '');

/** Fills empty tables. They are not vacuumed, like tables after many writes, which is the slower state. */
export async function fill(db: Kysely<Schema>): Promise<void> {
  await sql`alter table posts set (autovacuum_enabled = off)`.execute(db);
  await sql`alter table friendships set (autovacuum_enabled = off)`.execute(db);
  await sql`select setseed(0.5)`.execute(db);
  for (let first = 1; first <= POSTS; first += CHUNK)
    await sql`
      insert into posts (author_id, content)
      select case
          when i <= 2000 then 20001 + i % 1000
          when i % 100 = 7 and i <= ${POSTS / 2}::int then 50001 + floor(random() * 1000)
          when i % 20 = 0 then 30001 + floor(random() * 5)
          else 1 + floor(random() * ${AUTHORS}::int) end,
        repeat(md5(i::text), 6)
      from generate_series(${first}::int, ${first + CHUNK - 1}::int) as i`.execute(db);

  // All others have 40 friends each.
  await sql`
    insert into friendships (low_id, high_id, requested_by, accepted_at)
    select least(a, b), greatest(a, b), a, now()
    from (
      select 1 + i / 20 as a, 1 + floor(random() * ${AUTHORS}::int)::int as b
      from generate_series(0, 20 * ${AUTHORS}::int - 1) as i
    ) as pairs
    where a <> b and not (${friends[0]!.id}::int in (a, b))
    on conflict do nothing`.execute(db);
  for (const { id, from, to, step } of friends)
    await sql`
      insert into friendships (low_id, high_id, requested_by, accepted_at)
      select least(friend, ${id}::int), greatest(friend, ${id}::int), friend, now()
      from generate_series(${from}::int, ${to}::int, ${step}::int) as friend`.execute(db);
  await sql`
    insert into friendships (low_id, high_id, requested_by)
    select ${POPULAR}::int, fan, fan from generate_series(100001, 200000) as fan`.execute(db);
}
