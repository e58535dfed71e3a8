// The cursor of a page of posts: the id of its last post, in a form that nobody is tempted to make up.
import { invalidCursor, parseCursor } from 'chassis/input';

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
