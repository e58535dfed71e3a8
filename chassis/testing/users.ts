// Users of tests.
import type { User, UserBatch } from 'contracts/types';

/** Password of every test user. Passwords, e-mail addresses and tokens must not be logged. */
export const PASSWORD = 'a password that nobody logs';

/** Settings of all services for tests in which users do more than people do. */
export const HIGH_LIMITS = {
  LOGIN_PER_ADDRESS: '100000',
  REGISTRATIONS_PER_HOUR: '100000',
  NAME_CHANGES_PER_DAY: '100000',
  POSTS_PER_MINUTE: '1000000',
  REQUESTS_PER_ADDRESS: '1000000000',
  REQUESTS_PER_USER: '1000000000',
  WRITES_PER_USER: '1000000000',
} as const;

/** Returns the user with this id in a fake service. */
export const userOf = (id: number): User => ({ id, username: `user_${id}` });
export const emailOf = (id: number): string => `user_${id}@secret.example`;

const BATCH = 50;

/** Requests usernames, 50 ids at a time. @param url of /api/users or /api/authors @returns usernames by id */
export async function usernamesAt(
  url: string,
  ids: Iterable<number>,
): Promise<Map<number, string>> {
  const names = new Map<number, string>();
  const all = [...ids];
  for (let start = 0; start < all.length; start += BATCH) {
    const answer = await fetch(`${url}?ids=${all.slice(start, start + BATCH).join()}`);
    if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
    const { items } = (await answer.json()) as UserBatch;
    for (const { id, username } of items) names.set(id, username);
  }
  return names;
}
