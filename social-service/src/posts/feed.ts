// The feed: a user's own posts and those of friends, newest first. docs/feed.md has its plan and its times.
import type { Post } from 'contracts/types';
import { type Kysely, sql } from 'kysely';
import { authorName } from '../replica/authors.ts';
import type { Include } from './include.ts';
import { type PageRequest, type Slice, sliceOf } from '../page.ts';
import { type PostRow, toPost } from './reading.ts';
import type { Schema } from '../schema.ts';

export type FeedOf = (
  userId: number,
  question: PageRequest,
  include?: Include,
) => Promise<Slice<Post>>;

/** When a feed looks through the newest posts of all first: for more than `above` people, so many `posts`. */
export interface Walk {
  readonly above: number;
  readonly posts: number;
}

// A thousand posts cost as much as the newest posts of a hundred people: not worth it for few.
const WALK: Walk = { above: 200, posts: 1000 };
/** Larger than every id. */
const NEWEST = 2 ** 53;

const WITH_AUTHOR = sql`, ${authorName} as author_name`;
const NOTHING_MORE = sql``;

/**
 * One statement, whose cost depends on how many friends there are: not on how many posts, nor on who wrote when.
 * - `people`: the user and friends, as an array: the plan is then the same, however many the planner takes them for.
 * - `newest`: many people's posts are often among the newest of all. When these make a page, the next two do nothing.
 * - `heads`: the newest post of each. Only who is among the first of these can have a post on the page.
 * - `merged`: their posts, as far down as the last of the heads, and none of them more than a page.
 */
export const feedQuery = (
  userId: number,
  { limit, after = NEWEST }: PageRequest,
  walk: Walk = WALK,
  include: Include = 'nothing',
) => sql<PostRow>`
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
  select id, author_id, content, created_at${include === 'author' ? WITH_AUTHOR : NOTHING_MORE}
  from posts join page using (id) order by id desc`;

export const feedIn =
  (db: Kysely<Schema>, walk: Walk = WALK): FeedOf =>
  async (userId, question, include) => {
    const { rows } = await feedQuery(userId, question, walk, include).execute(db);
    return sliceOf(rows.map(toPost), question.limit);
  };
