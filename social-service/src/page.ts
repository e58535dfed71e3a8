// A page of a list: as the stores give it, and as a client gets it.
import { parseLimit } from 'chassis/input';
import { cursorAfter, readCursor } from './cursor.ts';

/** `more` when there are others after these. */
export interface Slice<T> {
  readonly items: readonly T[];
  readonly more: boolean;
}

/** What was found when one more than `limit` was asked for. */
export const sliceOf = <T>(found: readonly T[], limit: number): Slice<T> => ({
  items: found.slice(0, limit),
  more: found.length > limit,
});

/** Where a page goes on: after the thing with this id; the first page when left out. */
export interface PageQuestion {
  readonly limit: number;
  readonly after: number | undefined;
}

/** @throws Problem 400 */
export const parsePage = (query: { readonly limit?: string; readonly cursor?: string }) =>
  ({ limit: parseLimit(query.limit), after: readCursor(query.cursor) }) satisfies PageQuestion;

/** The page with the cursor of the next one; null on the last. */
export const toPage = <T extends { readonly id: number }>({ items, more }: Slice<T>) => ({
  items,
  nextCursor: more ? cursorAfter(items.at(-1)!.id) : null,
});
