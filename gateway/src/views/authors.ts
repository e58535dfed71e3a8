// The authors of several posts, or any users by their ids: asked for in one turn, so that they travel together.
import type { User } from 'contracts/types';
import type { Caller } from '../upstream/call.ts';
import type { Lookup } from './part.ts';
import type { Parts } from './parts.ts';

export type Authors = ReadonlyMap<number, Lookup<User>>;

/** Nobody may be left to hear of a bug in it when something else fails first; whoever awaits it still does. */
export function askAuthor(
  { author }: Pick<Parts, 'author'>,
  authorId: number,
  caller: Caller,
): Promise<Lookup<User>> {
  const lookup = author(authorId, caller);
  lookup.catch(() => undefined);
  return lookup;
}

/** Each once. Never fails: who cannot be had is a gap. */
export async function askAuthors(
  parts: Pick<Parts, 'author'>,
  ids: Iterable<number>,
  caller: Caller,
): Promise<Authors> {
  const asked = [...new Set(ids)].map(
    async (id) => [id, await askAuthor(parts, id, caller)] as const,
  );
  return new Map(await Promise.all(asked));
}
