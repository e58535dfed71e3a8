// The posts and authors that the fake services have at the start.
import { userOf } from 'chassis/testing/users';
import type { User } from 'contracts/types';

/** Users have the ids 1 to `authors`, posts the ids 1 to `posts`. */
export interface Population {
  readonly posts: number;
  readonly authors: number;
}

export const POPULATION: Population = { posts: 1000, authors: 100 };
const EPOCH = Date.UTC(2024, 0, 1);

export const timeOf = (id: number): string => new Date(EPOCH + id * 1000).toISOString();

/** Returns the author of a post. */
export const authorOf = (postId: number, { authors } = POPULATION): number =>
  (postId % authors) + 1;

/** Returns a post as Social sends it. */
export const postOf = (id: number, population = POPULATION) => ({
  id,
  content: `This is post ${id}.`,
  authorId: authorOf(id, population),
  createdAt: timeOf(id),
});

/** Returns a post as the gateway sends it in a complete answer. */
export function completePost(id: number, population = POPULATION) {
  const { authorId, ...post } = postOf(id, population);
  return { ...post, author: userOf(authorId) };
}

/** Returns a post as the gateway sends it in a degraded answer. @param author what the answer has all the same */
export const degradedPost = (
  id: number,
  reason: 'unavailable' | 'stale' | 'replica' = 'unavailable',
  author: User | null = null,
) => ({
  ...completePost(id),
  author,
  degraded: [{ part: 'author', reason, ids: [authorOf(id)], posts: [id] }],
});

/** The same with the author from Social's replica, which has the newest names. */
export const replicaPost = (id: number) => degradedPost(id, 'replica', completePost(id).author);
