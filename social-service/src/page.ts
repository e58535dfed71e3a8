// Pagination: pages as the stores return them and as clients get them, and cursors.
import { invalidCursor, parseCursor, parseLimit } from 'chassis/http/input';

/** A page as a store returns it. */
export interface Slice<T> {
  readonly items: readonly T[];
  /** Whether there are items after these. */
  readonly more: boolean;
}

/** Makes a slice from the rows of a query with `limit + 1`. */
export const sliceOf = <T>(rows: readonly T[], limit: number): Slice<T> => ({
  items: rows.slice(0, limit),
  more: rows.length > limit,
});

export interface PageRequest {
  readonly limit: number;
  /** The id of the last item of the previous page; undefined for the first page. */
  readonly after: number | undefined;
}

/** Parses `limit` and `cursor` of a query. @throws Problem 400 */
export const parsePage = (query: { readonly limit?: string; readonly cursor?: string }) =>
  ({ limit: parseLimit(query.limit), after: decodeCursor(query.cursor) }) satisfies PageRequest;

/** Converts a slice to a page on the wire. `nextCursor` is null on the last page. */
export const toPage = <T extends { readonly id: number }>({ items, more }: Slice<T>) => ({
  items,
  nextCursor: more ? encodeCursor(items.at(-1)!.id) : null,
});

/** Returns the cursor of the page after the item with this id. */
export const encodeCursor = (lastId: number): string =>
  Buffer.from(JSON.stringify({ i: lastId })).toString('base64url');

/**
 * Returns the id in a cursor; undefined if there is no cursor.
 * @throws Problem 400 for any text that `encodeCursor` does not return
 */
export function decodeCursor(text: string | undefined): number | undefined {
  const cursor = parseCursor(text);
  if (cursor === undefined) return undefined;
  const match = /^\{"i":([1-9]\d{0,15})\}$/.exec(Buffer.from(cursor, 'base64url').toString());
  const id = Number(match?.[1]);
  // The same bytes have several Base64 encodings; only ours is accepted.
  if (!Number.isSafeInteger(id) || encodeCursor(id) !== cursor) throw invalidCursor();
  return id;
}
