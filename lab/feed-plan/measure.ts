// Times and plans of one page: for our statement, and for a naive statement.
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { feedIn, feedQuery } from '../../social-service/src/posts/feed.ts';
import type { PageRequest } from '../../social-service/src/page.ts';
import type { Schema } from '../../social-service/src/schema.ts';
import { median } from '../statistics.ts';

const LIMIT = 20;
const ROUNDS = 11;

export interface Times {
  /** Median milliseconds until the service has the rows. */
  readonly ours: number;
  readonly naive: number;
}

/** Returns the request for page 1, 2, 3 …; reads all pages before it. */
export async function requestFor(
  db: Kysely<Schema>,
  userId: number,
  page: number,
): Promise<PageRequest> {
  let request: PageRequest = { limit: LIMIT, after: undefined };
  for (let at = 1; at < page; at += 1) {
    const { items, more } = await feedIn(db)(userId, request);
    if (!more) throw new Error(`the feed of ${userId} ends at page ${at}`);
    request = { limit: LIMIT, after: items.at(-1)!.id };
  }
  return request;
}

/** Makes the naive statement. It gets the authors' ids for free, while our statement reads them itself. */
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

/** Runs both statements in turns. @throws when they return different posts */
export async function timesOf(
  db: Kysely<Schema>,
  userId: number,
  request: PageRequest,
): Promise<Times> {
  const queries = {
    ours: feedQuery(userId, request) as RawBuilder<{ id: number }>,
    naive: await naiveQuery(db, userId, request),
  };
  const times = { ours: [] as number[], naive: [] as number[] };
  const pages = new Set<string>();
  for (let round = 0; round < ROUNDS; round += 1)
    for (const name of ['ours', 'naive'] as const) {
      const start = performance.now();
      const { rows } = await queries[name].execute(db);
      times[name].push(performance.now() - start);
      pages.add(rows.map(({ id }) => id).join());
    }
  if (pages.size !== 1) throw new Error('the two statements return different pages');
  return { ours: median(times.ours), naive: median(times.naive) };
}

/** Returns the plan of our statement, with what the database did for a page. */
export async function planOf(
  db: Kysely<Schema>,
  userId: number,
  request: PageRequest,
): Promise<string> {
  const { rows } = await sql<{ 'QUERY PLAN': string }>`
    explain (analyze, buffers) ${feedQuery(userId, request)}`.execute(db);
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}
