// What the users of tests have in common.
import type { User, UserBatch } from 'contracts/types';

/** The password of every test user. Neither it nor an e-mail or a token may ever be logged. */
export const PASSWORD = 'a password that nobody logs';

/** The user of a fake service with this id. */
export const userOf = (id: number): User => ({ id, username: `user_${id}` });
export const emailOf = (id: number): string => `user_${id}@secret.example`;

const BATCH = 50;

/** Requests users' names, 50 ids at a time. @param url of /api/users or /api/authors @returns names by id */
export async function usernamesAt(
  url: string,
  ids: Iterable<number>,
): Promise<Map<number, string>> {
  const names = new Map<number, string>();
  const all = [...ids];
  for (let at = 0; at < all.length; at += BATCH) {
    const answer = await fetch(`${url}?ids=${all.slice(at, at + BATCH).join()}`);
    if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
    const { items } = (await answer.json()) as UserBatch;
    for (const { id, username } of items) names.set(id, username);
  }
  return names;
}
