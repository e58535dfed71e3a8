// The feed: a user's own posts and those of friends, newest first. docs/feed.md has its plan and its times.
import type { Post } from 'contracts/types';
import { type Kysely, type Selectable, sql } from 'kysely';
import { type PageQuestion, type Slice, sliceOf } from './page.ts';
import { toPost } from './posts.ts';
import type { PostsTable, Schema } from './schema.ts';

export type FeedOf = (userId: number, question: PageQuestion) => Promise<Slice<Post>>;

/** Of whom the newest posts of all are looked through first: who has more than `above` friends, and how many posts. */
export interface Walk {
  readonly above: number;
  readonly posts: number;
}

const WALK: Walk = { above: 200, posts: 1000 };
/** Larger than every id. */
const NEWEST = 2 ** 53;

/**
 * One statement, whose cost depends on the number of friends alone: not on how many posts there are, nor on who wrote
 * them. Each name is a step of it:
 * - `newest`: many friends' posts are often among the newest of all. When that makes a page, it is done.
 * - `heads`: else, the newest post of each; a page comes from those with the newest ones,
 * - `merged`: from whom no more is read than what can be on the page: nothing older than the last of the heads.
 */
export const feedQuery = (
  userId: number,
  { limit, after = NEWEST }: PageQuestion,
  walk: Walk = WALK,
) => sql<Selectable<PostsTable>>`
  with people as materialized (
    select unnest(array(
      select high_id from friendships where low_id = ${userId} and accepted_at is not null
      union all
      select low_id from friendships where high_id = ${userId} and accepted_at is not null
      union all
      select ${userId}::bigint
    )) as id
  ),
  newest as materialized (
    select id from (
      select id, author_id from posts
      where id < ${after} and (select count(*) from people) > ${walk.above}
      order by id desc limit ${walk.posts}
    ) as all_newest
    where author_id in (select id from people)
    order by id desc limit ${limit + 1}
  ),
  heads as materialized (
    select people.id as author_id, head.id
    from people cross join lateral (
      select id from posts where author_id = people.id and id < ${after} order by id desc limit 1
    ) as head
    where (select count(*) from newest) <= ${limit}
    order by head.id desc limit ${limit + 1}
  ),
  merged as (
    select their.id
    from heads cross join lateral (
      select id from posts
      where author_id = heads.author_id and id < ${after}
        and id >= (select case when count(*) > ${limit} then min(id) else 0 end from heads)
      order by id desc limit ${limit + 1}
    ) as their
  ),
  page as (
    select id from newest union select id from merged order by id desc limit ${limit + 1}
  )
  select id, author_id, content, created_at from posts join page using (id) order by id desc`;

export const feedIn =
  (db: Kysely<Schema>, walk: Walk = WALK): FeedOf =>
  async (userId, question) => {
    const { rows } = await feedQuery(userId, question, walk).execute(db);
    return sliceOf(rows.map(toPost), question.limit);
  };
