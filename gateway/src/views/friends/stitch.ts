// People with their names. Pure.
import type { User } from 'contracts/types';
import type { Fetched } from '../data-source.ts';

interface PeoplePage<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/**
 * Each with their name, null when nobody can tell it now. Who has left, as Identity says, is no friend any more, and
 * is left out. Who is not in Social's copy is there: it forgets friendships when it forgets a user, so they are new.
 */
export function stitchPeople<T extends { readonly id: number }>(
  page: PeoplePage<T>,
  fetchedOf: (id: number) => Fetched<User> | undefined,
): PeoplePage<T & { readonly username: string | null }> {
  const items = page.items.flatMap((item) => {
    const fetched = fetchedOf(item.id);
    const kind = fetched?.via.kind;
    const hasLeft = fetched?.value === undefined && kind !== 'unavailable' && kind !== 'replica';
    return hasLeft ? [] : [{ ...item, username: fetched?.value?.username ?? null }];
  });
  return { items, nextCursor: page.nextCursor };
}
