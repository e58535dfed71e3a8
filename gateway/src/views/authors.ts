// The authors of several posts, or any users by their ids: asked for in one turn, so that they travel together.
import type { Post, User } from 'contracts/types';
import type { Caller } from '../upstream/engine/call.ts';
import type { Lookup } from './data-source.ts';
import type { Parts } from './catalog.ts';

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

/** The author that a post brought along from Social's copy; undefined when it was not asked to. `carrier` is what it came in. */
export function broughtAlong(carrier: Lookup<unknown>, { author }: Post): Lookup<User> | undefined {
  if (author === undefined) return undefined;
  const { via, upstream, tookMs } = carrier;
  return {
    thing: 'author',
    upstream,
    value: author ?? undefined,
    via: via.kind === 'hit' ? via : { kind: 'replica', failure: undefined },
    tookMs,
  };
}

/** The authors of a page of posts: those that came along, and the others in one question. */
export async function authorsOf(
  parts: Pick<Parts, 'author'>,
  page: Lookup<unknown>,
  posts: readonly Post[],
  caller: Caller,
): Promise<Authors> {
  const asked = new Map<number, Promise<Lookup<User>>>();
  for (const post of posts) {
    if (asked.has(post.authorId)) continue;
    const brought = broughtAlong(page, post);
    const author = brought ? Promise.resolve(brought) : askAuthor(parts, post.authorId, caller);
    asked.set(post.authorId, author);
  }
  const pairs = [...asked].map(async ([id, author]) => [id, await author] as const);
  return new Map(await Promise.all(pairs));
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
