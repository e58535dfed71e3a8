// The data that the upstream stubs hold, and the requests of each work. Pure.

export const POSTS = 10_000;
export const AUTHORS = 1_000;

/** The post of the `hot` work. */
export const HOT_POST = 5;

/** Posts on a page of a feed, each by another author. */
export const PAGE = 20;

/** The newest post of all. Those after the first POSTS are found in feeds only, and each has an author of its own. */
const NEWEST = 100_000_000;

/**
 * What is asked for. Posts: any of them, each as likely as the other (`uniform`), or one (`hot`). Pages of a feed: by
 * the known authors (`feed warm`), or by others, so many that hardly one is met twice (`feed cold`).
 */
export type Work = 'uniform' | 'hot' | 'feed warm' | 'feed cold';

/** The ids that a work asks for, each as likely as the other: of posts, or of the post that a page of a feed follows. */
const ASKED = {
  uniform: { first: 1, last: POSTS },
  hot: { first: HOT_POST, last: HOT_POST },
  'feed warm': { first: PAGE + 1, last: POSTS + 1 },
  'feed cold': { first: POSTS + PAGE + 1, last: NEWEST + 1 },
} as const satisfies Record<Work, object>;

/** Whether it is asked in a user's name. */
export const isFeed = (work: Work): boolean => work.startsWith('feed');

export const authorOf = (postId: number): number =>
  postId <= POSTS ? (postId % AUTHORS) + 1 : postId;

export const isAuthor = (id: number): boolean =>
  (id >= 1 && id <= AUTHORS) || (id > POSTS && id <= NEWEST);

export const user = (id: number) => ({ id, username: `user_${id}` });

export const post = (id: number) => ({
  id,
  content: `Post ${id}. Cats are great, dogs are too. But, to be fair, the sun is much better.`,
  authorId: authorOf(id),
  createdAt: new Date(Date.UTC(2026, 0, 1) + id * 60_000).toISOString(),
});

/** What a client should get for a post; `author` is null where Identity cannot be asked. */
export const stitched = (id: number, author: 'whole' | 'authorless') => {
  const { authorId, ...rest } = post(id);
  return { ...rest, author: author === 'whole' ? user(authorId) : null };
};

/** The ids on the page of a feed that follows post `cursor`, newest first. */
export const idsAfter = (cursor: number): number[] =>
  Array.from({ length: PAGE }, (_, index) => cursor - 1 - index);

/** What Social calls the page after this one; null after the last. */
export const cursorAfter = (cursor: number): string | null =>
  cursor - PAGE > PAGE ? String(cursor - PAGE) : null;

/** What a client should get for a page of a feed. */
export const stitchedPage = (cursor: number) => ({
  items: idsAfter(cursor).map((id) => stitched(id, 'whole')),
  nextCursor: cursorAfter(cursor),
});

/** The request target of a work's question. */
export const targetOf = (work: Work, id: number): string =>
  isFeed(work) ? `/api/feed?limit=${PAGE}&cursor=${id}` : `/api/posts/${id}`;

/**
 * The ids that a work asks for, without end. The same seed gives the same ids, so that every server
 * gets the same questions (mulberry32, a generator of 32 bits of state).
 */
export function idSequence(work: Work, seed: number): () => number {
  const { first, last } = ASKED[work];
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return first + (((mixed ^ (mixed >>> 14)) >>> 0) % (last - first + 1));
  };
}
