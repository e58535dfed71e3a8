// Pages of users whose names begin alike. A cursor is the lower-case name of the last user of a page.
import { invalidCursor, parseCursor, parseLimit, parseText } from 'chassis/http/input';
import type { User, UserPage } from 'contracts/types';
import { username } from 'contracts/username';
import type { NameSearch } from '../accounts/profiles.ts';

const encode = (name: string): string => Buffer.from(name.toLowerCase()).toString('base64url');

/**
 * Parses a search. Its limit is one more than the page's, to know whether there are more users.
 * @throws Problem 400, also for the cursor of another search
 */
export function parseNameSearch(
  text: string,
  { limit, cursor: cursorText }: { readonly limit?: string; readonly cursor?: string },
): NameSearch {
  const prefix = parseText(text, '/query/username', username);
  const cursor = parseCursor(cursorText);
  const after = cursor && Buffer.from(cursor, 'base64url').toString();
  if (after !== undefined && (encode(after) !== cursor || !isWithin(after, prefix)))
    throw invalidCursor();
  return { prefix, after, limit: parseLimit(limit) + 1 };
}

const isWithin = (name: string, prefix: string): boolean =>
  username.pattern.test(name) &&
  name === name.toLowerCase() &&
  name.startsWith(prefix.toLowerCase());

export function toUserPage({ limit }: NameSearch, users: readonly User[]): UserPage {
  const items = users.slice(0, limit - 1);
  return { items, nextCursor: users.length === limit ? encode(items.at(-1)!.username) : null };
}
