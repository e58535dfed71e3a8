// The query parameter ?include=author of all reads of posts.
import { invalid } from 'chassis/http/problem';

/** What to embed in each post. */
export type Include = 'author' | 'nothing';

/** @throws Problem 400 */
export function parseInclude(text: string | undefined): Include {
  if (text !== undefined && text !== 'author') throw invalid('/query/include', 'expected author');
  return text ?? 'nothing';
}
