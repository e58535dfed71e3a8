// ?include=author, wherever posts are asked for.
import { invalid } from 'chassis/problem';
import type { Post } from 'contracts/types';
import { type AuthorsOf, withAuthors } from '../authors.ts';

/** Gives posts what `include` asks for. */
export type Include = (posts: readonly Post[]) => Promise<readonly Post[]>;

/** @param wanted the value of `include` @throws Problem 400 */
export function parseInclude(wanted: string | undefined, authorsOf: AuthorsOf): Include {
  if (wanted === undefined) return async (posts) => posts;
  if (wanted !== 'author') throw invalid('/query/include', 'expected author');
  return (posts) => withAuthors(posts, authorsOf);
}
