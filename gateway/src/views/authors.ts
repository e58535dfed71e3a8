// Fetches several authors in the same turn of the event loop, so that one batch holds all of them.
import type { Post, User } from 'contracts/types';
import type { Caller } from '../upstream/engine/call.ts';
import type { Fetched } from './data-source.ts';
import type { Catalog } from './catalog.ts';

export type Authors = ReadonlyMap<number, Fetched<User>>;

/** Fetches an author. The result need not be awaited: if the caller fails first, no rejection stays unhandled. */
export function fetchAuthor(
  { author }: Pick<Catalog, 'author'>,
  authorId: number,
  caller: Caller,
): Promise<Fetched<User>> {
  const fetching = author(authorId, caller);
  fetching.catch(() => undefined);
  return fetching;
}

/** The author that Social embedded in a post; undefined without an embedded author. @param container the post, or its page */
export function embeddedAuthor(
  container: Fetched<unknown>,
  { author, authorId }: Post,
): Fetched<User> | undefined {
  if (author === undefined) return undefined;
  const { via, upstream, tookMs } = container;
  return {
    entity: 'author',
    upstream,
    id: authorId,
    value: author ?? undefined,
    via: via.kind === 'hit' ? via : { kind: 'replica', failure: undefined },
    tookMs,
  };
}

/** The authors of a page of posts: embedded ones, and the others in one request. */
export async function authorsOf(
  catalog: Pick<Catalog, 'author'>,
  page: Fetched<unknown>,
  posts: readonly Post[],
  caller: Caller,
): Promise<Authors> {
  const requested = new Map<number, Promise<Fetched<User>>>();
  for (const post of posts) {
    if (requested.has(post.authorId)) continue;
    const embedded = embeddedAuthor(page, post);
    const author = embedded
      ? Promise.resolve(embedded)
      : fetchAuthor(catalog, post.authorId, caller);
    requested.set(post.authorId, author);
  }
  const pairs = [...requested].map(async ([id, author]) => [id, await author] as const);
  return new Map(await Promise.all(pairs));
}

/** Fetches each author once. Never fails: authors may be unavailable. */
export async function fetchAuthors(
  catalog: Pick<Catalog, 'author'>,
  ids: Iterable<number>,
  caller: Caller,
): Promise<Authors> {
  const pairs = [...new Set(ids)].map(
    async (id) => [id, await fetchAuthor(catalog, id, caller)] as const,
  );
  return new Map(await Promise.all(pairs));
}
