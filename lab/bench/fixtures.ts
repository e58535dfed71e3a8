// The data of the upstream stubs, and the requests of each kind of work. Pure.

export const POSTS = 10_000;
export const AUTHORS = 1_000;

/** The only post that `hot` requests. */
export const HOT_POST = 5;

/** The number of posts on a page of a feed, each by another author. */
export const PAGE = 20;

/** The newest post. Posts after the first POSTS are only in feeds, and each has its own author. */
const NEWEST = 100_000_000;

/**
 * A kind of requests. Posts: any of POSTS, all equally likely (`uniform`), or the n-th post n times less often than the first
 * (`zipf`: Zipf's law with s = 1), or one (`hot`). Pages of a feed: by the AUTHORS (`feed warm`), or by so many others that
 * hardly any author occurs twice (`feed cold`).
 */
export type Work = 'uniform' | 'zipf' | 'hot' | 'feed warm' | 'feed cold';

/** The range of ids of a work, all equally likely but for `zipf`: of posts, or of the post that a page of a feed follows. */
const ID_RANGES = {
  uniform: { first: 1, last: POSTS },
  zipf: { first: 1, last: POSTS },
  hot: { first: HOT_POST, last: HOT_POST },
  'feed warm': { first: PAGE + 1, last: POSTS + 1 },
  'feed cold': { first: POSTS + PAGE + 1, last: NEWEST + 1 },
} as const satisfies Record<Work, object>;

/** Whether the requests of a work need an access token. */
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

/** Returns the expected answer for a post; a gateway that cannot use Identity says so, and its author is null. */
export const stitched = (id: number, author: 'complete' | 'authorless') => {
  const { authorId, ...rest } = post(id);
  if (author === 'complete') return { ...rest, author: user(authorId) };
  const degraded = [{ part: 'author', reason: 'unavailable', ids: [authorId], posts: [id] }];
  return { ...rest, author: null, degraded };
};

/** Returns the ids on the page of a feed that follows post `cursor`, newest first. */
export const idsAfter = (cursor: number): number[] =>
  Array.from({ length: PAGE }, (_, index) => cursor - 1 - index);

/** Returns Social's cursor for the next page; null after the last page. */
export const cursorAfter = (cursor: number): string | null =>
  cursor - PAGE > PAGE ? String(cursor - PAGE) : null;

/** Returns the expected answer for a page of a feed. */
export const stitchedPage = (cursor: number) => ({
  items: idsAfter(cursor).map((id) => stitched(id, 'complete')),
  nextCursor: cursorAfter(cursor),
});

/** Returns the target (path and query) of a request. */
export const targetOf = (work: Work, id: number): string =>
  isFeed(work) ? `/api/feed?limit=${PAGE}&cursor=${id}` : `/api/posts/${id}`;

/**
 * Returns a generator of a work's ids, without end. The same seed gives the same ids, so that every server gets the same
 * requests (mulberry32, a generator with 32 bits of state).
 */
export function idSequence(work: Work, seed: number): () => number {
  const { first, last } = ID_RANGES[work];
  let state = seed;
  const random = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  if (work === 'zipf') return () => zipfId(random() / 2 ** 32);
  return () => first + (random() % (last - first + 1));
}

/** The weights of the posts by Zipf's law, each added to those before it. */
const zipfSums = new Float64Array(POSTS);
zipfSums.reduce((sum, _, index) => (zipfSums[index] = sum + 1 / (index + 1)), 0);

/** @param share from 0 to 1, without 1: a place in the sum of all weights */
function zipfId(share: number): number {
  const weight = share * zipfSums[POSTS - 1]!;
  let [low, high] = [0, POSTS - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (zipfSums[middle]! > weight) high = middle;
    else low = middle + 1;
  }
  return low + 1;
}
