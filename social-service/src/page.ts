// A page of a list: as the stores give it, and as a client gets it.
import { invalidCursor, parseCursor, parseLimit } from 'chassis/http/input';

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
export interface PageRequest {
  readonly limit: number;
  readonly after: number | undefined;
}

/** @throws Problem 400 */
export const parsePage = (query: { readonly limit?: string; readonly cursor?: string }) =>
  ({ limit: parseLimit(query.limit), after: readCursor(query.cursor) }) satisfies PageRequest;

/** The page with the cursor of the next one; null on the last. */
export const toPage = <T extends { readonly id: number }>({ items, more }: Slice<T>) => ({
  items,
  nextCursor: more ? cursorAfter(items.at(-1)!.id) : null,
});

/** What `nextCursor` says after a page that ends with post `lastId`. */
export const cursorAfter = (lastId: number): string =>
  Buffer.from(JSON.stringify({ i: lastId })).toString('base64url');

/**
 * The id in a cursor; undefined when there is no cursor.
 * @throws Problem 400 for what `cursorAfter` did not make.
 */
export function readCursor(text: string | undefined): number | undefined {
  const cursor = parseCursor(text);
  if (cursor === undefined) return undefined;
  const match = /^\{"i":([1-9]\d{0,15})\}$/.exec(Buffer.from(cursor, 'base64url').toString());
  const id = Number(match?.[1]);
  // Base64 has several spellings of the same bytes; ours is one of them.
  if (!Number.isSafeInteger(id) || cursorAfter(id) !== cursor) throw invalidCursor();
  return id;
}
