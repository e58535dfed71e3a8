// The `degraded` member of a body: which parts are not as wanted, and why. Pure.
import type { Degraded } from 'contracts/types';
import { failureOf, type Fetched } from './data-source.ts';

/** The worst first. */
const REASONS = ['unavailable', 'stale', 'replica'] as const;

/** The part that degrades an answer most, and how; undefined for a complete answer. */
export function worstOf(fetched: readonly Fetched<unknown>[]) {
  for (const reason of REASONS) {
    const worst = fetched.find((part) => part.via.kind === reason && failureOf(part) !== undefined);
    if (worst !== undefined) return { worst, reason };
  }
  return undefined;
}

/**
 * Lists the degraded parts, one member for each kind of part and reason.
 * @param posts the posts of the answer: those of a degraded author are named, too
 */
export function degradedMember(
  fetched: readonly Fetched<unknown>[],
  posts: readonly { readonly id: number; readonly authorId: number }[] = [],
): Degraded {
  return REASONS.flatMap((reason) => {
    const ids = new Set<number>();
    const members: Degraded = [];
    for (const { entity, id, via } of fetched) {
      if (via.kind !== reason || via.failure === undefined) continue;
      if (entity === 'author' && id !== undefined) ids.add(id);
      if (entity === 'requests' || entity === 'counts' || entity === 'friendship')
        members.push({ part: entity, reason });
    }
    if (ids.size === 0) return members;
    const authored = posts.filter(({ authorId }) => ids.has(authorId)).map(({ id }) => id);
    const named = authored.length > 0 && { posts: authored };
    members.unshift({ part: 'author', reason, ids: [...ids], ...named });
    return members;
  });
}
