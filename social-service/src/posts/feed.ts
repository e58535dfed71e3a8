// The feed: posts of a user and the user's friends, newest first. docs/feed.md has the query plans and times.
import type { Post } from 'contracts/types';
import { type Kysely, sql } from 'kysely';
import { authorName } from '../replica/authors.ts';
import { isShown } from '../replica/deletion/departed.ts';
import type { Include } from './include.ts';
import { type PageRequest, type Slice, sliceOf } from '../page.ts';
import { type PostRow, toPost } from './reading.ts';
import type { Schema } from '../schema.ts';

export type FeedOf = (userId: number, page: PageRequest, include?: Include) => Promise<Slice<Post>>;

/** When and how far the feed first scans the newest posts of all users. */
export interface NewestScan {
  /** Scan only if there are more people than this number. */
  readonly above: number;
  /** The number of posts to scan. */
  readonly posts: number;
}

// A scan of 1,000 posts costs as much as a lookup of the newest posts of 100 people, so it does not pay for few people.
const NEWEST_SCAN: NewestScan = { above: 200, posts: 1000 };
/** Greater than every id. */
const ABOVE_ALL_IDS = 2 ** 53;

const AUTHOR_COLUMN = sql`, ${authorName} as author_name`;
const NO_COLUMN = sql``;

/**
 * Returns one statement. Its cost depends on the number of friends only, not on the number or the times of posts.
 * - `people`: the user and the friends, without those who are deleted; nobody, if the user is. They are read as an array, so that the planner's estimate of their number does not
 *   change the plan.
 * - `newest`: the newest posts of all users that are by these people. With many people they often fill a page; then the next
 *   two steps do nothing.
 * - `heads`: the newest post of each person. Only authors of the newest heads, one page of them, can have a post on the page.
 * - `merged`: the posts of these authors, at most a page of each, down to the oldest of the heads.
 */
export const feedQuery = (
  userId: number,
  { limit, after = ABOVE_ALL_IDS }: PageRequest,
  scan: NewestScan = NEWEST_SCAN,
  include: Include = 'nothing',
) => sql<PostRow>`
  with people as materialized (
    select unnest(array(
      select high_id from friendships
      where low_id = ${userId} and accepted_at is not null and ${isShown(sql`high_id`)}
      union all
      select low_id from friendships
      where high_id = ${userId} and accepted_at is not null and ${isShown(sql`low_id`)}
      union all
      select ${userId}::bigint
    )) as id where ${isShown(userId)}
  ),
  newest as materialized (
    select id from (
      select id, author_id from posts
      where id < ${after} and (select count(*) from people) > ${scan.above}
      order by id desc limit ${scan.posts}
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
  select id, author_id, content, created_at, edited_at${include === 'author' ? AUTHOR_COLUMN : NO_COLUMN}
  from posts join page using (id) order by id desc`;

export const feedIn =
  (db: Kysely<Schema>, scan: NewestScan = NEWEST_SCAN): FeedOf =>
  async (userId, page, include) => {
    const { rows } = await feedQuery(userId, page, scan, include).execute(db);
    return sliceOf(rows.map(toPost), page.limit);
  };
