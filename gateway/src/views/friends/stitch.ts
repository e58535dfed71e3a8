// People with their names. Pure.
import type { User } from 'contracts/types';
import type { Lookup } from '../data-source.ts';

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
  lookupOf: (id: number) => Lookup<User> | undefined,
): PeoplePage<T & { readonly username: string | null }> {
  const items = page.items.flatMap((item) => {
    const lookup = lookupOf(item.id);
    const kind = lookup?.via.kind;
    const hasLeft = lookup?.value === undefined && kind !== 'gap' && kind !== 'replica';
    return hasLeft ? [] : [{ ...item, username: lookup?.value?.username ?? null }];
  });
  return { items, nextCursor: page.nextCursor };
}
