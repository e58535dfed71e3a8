// The data that the upstream stubs hold, and the requests of each work. Pure.

export const POSTS = 10_000;
export const AUTHORS = 1_000;

/** The post of the `hot` work. */
export const HOT_POST = 5;

/** Which posts are asked for: any of them, each as likely as the other, or one. */
export type Work = 'uniform' | 'hot';

export const authorOf = (postId: number): number => (postId % AUTHORS) + 1;

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

/**
 * The ids that a work asks for, without end. The same seed gives the same ids, so that every server
 * gets the same questions (mulberry32, a generator of 32 bits of state).
 */
export function questions(work: Work, seed: number): () => number {
  if (work === 'hot') return () => HOT_POST;
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (((mixed ^ (mixed >>> 14)) >>> 0) % POSTS) + 1;
  };
}
