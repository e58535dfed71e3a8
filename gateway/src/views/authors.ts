// The authors of several posts, or any users by their ids: asked for in one turn, so that they travel together.
import type { Post, User } from 'contracts/types';
import type { Caller } from '../upstream/engine/call.ts';
import type { Fetched } from './data-source.ts';
import type { Catalog } from './catalog.ts';

export type Authors = ReadonlyMap<number, Fetched<User>>;

/** Nobody may be left to hear of a bug in it when something else fails first; whoever awaits it still does. */
export function fetchAuthor(
  { author }: Pick<Catalog, 'author'>,
  authorId: number,
  caller: Caller,
): Promise<Fetched<User>> {
  const fetching = author(authorId, caller);
  fetching.catch(() => undefined);
  return fetching;
}

/** The author that a post brought along from Social's copy; undefined when it was not asked to. `carrier` is what it came in. */
export function embeddedAuthor(
  carrier: Fetched<unknown>,
  { author }: Post,
): Fetched<User> | undefined {
  if (author === undefined) return undefined;
  const { via, upstream, tookMs } = carrier;
  return {
    entity: 'author',
    upstream,
    value: author ?? undefined,
    via: via.kind === 'hit' ? via : { kind: 'replica', failure: undefined },
    tookMs,
  };
}

/** The authors of a page of posts: those that came along, and the others in one request. */
export async function authorsOf(
  catalog: Pick<Catalog, 'author'>,
  page: Fetched<unknown>,
  posts: readonly Post[],
  caller: Caller,
): Promise<Authors> {
  const asked = new Map<number, Promise<Fetched<User>>>();
  for (const post of posts) {
    if (asked.has(post.authorId)) continue;
    const brought = embeddedAuthor(page, post);
    const author = brought ? Promise.resolve(brought) : fetchAuthor(catalog, post.authorId, caller);
    asked.set(post.authorId, author);
  }
  const pairs = [...asked].map(async ([id, author]) => [id, await author] as const);
  return new Map(await Promise.all(pairs));
}

/** Each once. Never fails: who cannot be had is a gap. */
export async function fetchAuthors(
  catalog: Pick<Catalog, 'author'>,
  ids: Iterable<number>,
  caller: Caller,
): Promise<Authors> {
  const asked = [...new Set(ids)].map(
    async (id) => [id, await fetchAuthor(catalog, id, caller)] as const,
  );
  return new Map(await Promise.all(asked));
}
