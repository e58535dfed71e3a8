// Times and plans of one page, of our statement and of the one that one would write first.
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { feedIn, feedQuery } from '../../social-service/src/posts/feed.ts';
import type { PageRequest } from '../../social-service/src/page.ts';
import type { Schema } from '../../social-service/src/schema.ts';
import { median } from '../statistics.ts';

const LIMIT = 20;
const ROUNDS = 11;

export interface Times {
  /** Milliseconds, as the service waits for its rows: medians. */
  readonly ours: number;
  readonly naive: number;
}

/** The question for page 1, 2, 3 …; it goes through all pages before. */
export async function questionFor(
  db: Kysely<Schema>,
  userId: number,
  page: number,
): Promise<PageRequest> {
  let question: PageRequest = { limit: LIMIT, after: undefined };
  for (let at = 1; at < page; at += 1) {
    const { items, more } = await feedIn(db)(userId, question);
    if (!more) throw new Error(`the feed of ${userId} ends at page ${at}`);
    question = { limit: LIMIT, after: items.at(-1)!.id };
  }
  return question;
}

/** Whose posts they are is known to it already; ours finds that out, too. */
async function naiveQuery(db: Kysely<Schema>, userId: number, { limit, after }: PageRequest) {
  const { rows } = await sql<{ id: number }>`
    select ${userId}::bigint as id
    union all select high_id from friendships where low_id = ${userId} and accepted_at is not null
    union all select low_id from friendships where high_id = ${userId} and accepted_at is not null
    `.execute(db);
  const authors = rows.map(({ id }) => id);
  return sql<{ id: number }>`
    select id, author_id, content, created_at from posts
    where author_id = any(${authors}::bigint[]) and id < ${after ?? 2 ** 53}
    order by id desc limit ${limit + 1}`;
}

/** Runs both in turns. @throws when they do not give the same posts */
export async function timesOf(
  db: Kysely<Schema>,
  userId: number,
  question: PageRequest,
): Promise<Times> {
  const queries = {
    ours: feedQuery(userId, question) as RawBuilder<{ id: number }>,
    naive: await naiveQuery(db, userId, question),
  };
  const times = { ours: [] as number[], naive: [] as number[] };
  const answers = new Set<string>();
  for (let round = 0; round < ROUNDS; round += 1)
    for (const name of ['ours', 'naive'] as const) {
      const start = performance.now();
      const { rows } = await queries[name].execute(db);
      times[name].push(performance.now() - start);
      answers.add(rows.map(({ id }) => id).join());
    }
  if (answers.size !== 1) throw new Error('the two do not give the same page');
  return { ours: median(times.ours), naive: median(times.naive) };
}

/** What the database did for a page. */
export async function planOf(
  db: Kysely<Schema>,
  userId: number,
  question: PageRequest,
): Promise<string> {
  const { rows } = await sql<{ 'QUERY PLAN': string }>`
    explain (analyze, buffers) ${feedQuery(userId, question)}`.execute(db);
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}
