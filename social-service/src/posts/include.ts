// ?include=author, wherever posts are read.
import { invalid } from 'chassis/http/problem';

/** What posts are to bring along. */
export type Include = 'author' | 'nothing';

/** @throws Problem 400 */
export function parseInclude(text: string | undefined): Include {
  if (text !== undefined && text !== 'author') throw invalid('/query/include', 'expected author');
  return text ?? 'nothing';
}
