// The stubs' world as it is in the beginning.

/** Users and posts have the ids from 1 to these. */
export interface Population {
  readonly posts: number;
  readonly authors: number;
}

export const POPULATION: Population = { posts: 1000, authors: 100 };
const EPOCH = Date.UTC(2024, 0, 1);

export const timeOf = (id: number): string => new Date(EPOCH + id * 1000).toISOString();

/** The author of a post in the stubs' world. */
export const authorOf = (postId: number, { authors } = POPULATION): number =>
  (postId % authors) + 1;

/** The post as Social tells it. */
export const postOf = (id: number, population = POPULATION) => ({
  id,
  content: `This is post ${id}.`,
  authorId: authorOf(id, population),
  createdAt: timeOf(id),
});

/** The user as Identity tells it. */
export const userOf = (id: number) => ({ id, username: `user_${id}` });

/** The post as the gateway tells it when everything is well. */
export function wholePost(id: number, population = POPULATION) {
  const { authorId, ...post } = postOf(id, population);
  return { ...post, author: userOf(authorId) };
}
