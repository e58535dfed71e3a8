// Combines a page of people with their names. Pure.
import type { User } from 'contracts/types';
import type { Fetched } from '../data-source.ts';

interface PeoplePage<T> {
  readonly items: T[];
  readonly nextCursor: string | null;
}

/**
 * Adds the names; null when a name is unavailable. Leaves out users whom Identity does not know: their accounts are
 * deleted. Keeps users whom the replica does not have: Social deletes the friendships of deleted users, so these users
 * are too new for the replica.
 */
export function stitchPeople<T extends { readonly id: number }>(
  page: PeoplePage<T>,
  fetchedOf: (id: number) => Fetched<User> | undefined,
): PeoplePage<T & { readonly username: string | null }> {
  const items = page.items.flatMap((item) => {
    const fetched = fetchedOf(item.id);
    const kind = fetched?.via.kind;
    const isDeleted = fetched?.value === undefined && kind !== 'unavailable' && kind !== 'replica';
    return isDeleted ? [] : [{ ...item, username: fetched?.value?.username ?? null }];
  });
  return { items, nextCursor: page.nextCursor };
}
