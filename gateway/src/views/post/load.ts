// The parts of one post, or of several. A post and its author are requested in parallel when the author is known already.
import type { Post, User } from 'contracts/types';
import type { Caller } from '../../upstream/engine/call.ts';
import type { Fetched } from '../data-source.ts';
import type { Catalog } from '../catalog.ts';
import { fetchAuthor, embeddedAuthor, type Authors } from '../authors.ts';

export interface PostParts {
  readonly post: Fetched<Post>;
  /** undefined when there is no such post. */
  readonly author: Fetched<User> | undefined;
}

export interface PostsParts {
  /** In the order of the request; the value is undefined for a post that does not exist. */
  readonly posts: readonly Fetched<Post>[];
  readonly authors: Authors;
}

/** @throws UpstreamFailure when Social fails */
export async function loadPost(catalog: Catalog, id: number, caller: Caller): Promise<PostParts> {
  const known = catalog.authorOf.get(id);
  const inParallel = known === undefined ? undefined : fetchAuthor(catalog, known, caller);
  const post = await catalog.post(id, caller);
  if (post.value === undefined) return { post, author: undefined };
  const { authorId } = post.value;
  const embedded = embeddedAuthor(post, post.value);
  if (embedded !== undefined) return { post, author: embedded };
  if (known === authorId && inParallel !== undefined) return { post, author: await inParallel };
  catalog.authorOf.set(id, authorId);
  return { post, author: await catalog.author(authorId, caller) };
}

/**
 * Loads several posts. Their authors are one request: in parallel when all of them are known, otherwise after the posts.
 * @throws UpstreamFailure when Social fails
 */
export async function loadPosts(
  catalog: Catalog,
  ids: readonly number[],
  caller: Caller,
): Promise<PostsParts> {
  const requested = new Map<number, Promise<Fetched<User>>>();
  const known = ids.map((id) => catalog.authorOf.get(id));
  if (!known.includes(undefined))
    for (const authorId of new Set(known))
      requested.set(authorId!, fetchAuthor(catalog, authorId!, caller));

  const posts = await Promise.all(ids.map((id) => catalog.post(id, caller)));
  for (const post of posts) {
    if (post.value === undefined) continue;
    const { id, authorId } = post.value;
    catalog.authorOf.set(id, authorId);
    if (requested.has(authorId)) continue;
    const embedded = embeddedAuthor(post, post.value);
    requested.set(
      authorId,
      embedded ? Promise.resolve(embedded) : fetchAuthor(catalog, authorId, caller),
    );
  }

  const authors = new Map<number, Fetched<User>>();
  for (const { value } of posts)
    if (value !== undefined && !authors.has(value.authorId))
      authors.set(value.authorId, await requested.get(value.authorId)!);
  return { posts, authors };
}
