// What one post, or several, are made of. An author who is known to belong to a wanted post is asked for together with it.
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
  /** In the order asked for; undefined for what does not exist. */
  readonly posts: readonly Fetched<Post>[];
  readonly authors: Authors;
}

/** @throws UpstreamFailure when Social fails */
export async function loadPost(catalog: Catalog, id: number, caller: Caller): Promise<PostParts> {
  const known = catalog.authorOf.get(id);
  const early = known === undefined ? undefined : fetchAuthor(catalog, known, caller);
  const post = await catalog.post(id, caller);
  if (post.value === undefined) return { post, author: undefined };
  const { authorId } = post.value;
  const brought = embeddedAuthor(post, post.value);
  if (brought !== undefined) return { post, author: brought };
  if (known === authorId && early !== undefined) return { post, author: await early };
  catalog.authorOf.set(id, authorId);
  return { post, author: await catalog.author(authorId, caller) };
}

/**
 * Several posts. Their authors are one request: asked at once when all of them are known, else when the posts tell.
 * @throws UpstreamFailure when Social fails
 */
export async function loadPosts(
  catalog: Catalog,
  ids: readonly number[],
  caller: Caller,
): Promise<PostsParts> {
  const asked = new Map<number, Promise<Fetched<User>>>();
  const known = ids.map((id) => catalog.authorOf.get(id));
  if (!known.includes(undefined))
    for (const authorId of new Set(known))
      asked.set(authorId!, fetchAuthor(catalog, authorId!, caller));

  const posts = await Promise.all(ids.map((id) => catalog.post(id, caller)));
  for (const post of posts) {
    if (post.value === undefined) continue;
    const { id, authorId } = post.value;
    catalog.authorOf.set(id, authorId);
    if (asked.has(authorId)) continue;
    const brought = embeddedAuthor(post, post.value);
    asked.set(
      authorId,
      brought ? Promise.resolve(brought) : fetchAuthor(catalog, authorId, caller),
    );
  }

  const authors = new Map<number, Fetched<User>>();
  for (const { value } of posts)
    if (value !== undefined && !authors.has(value.authorId))
      authors.set(value.authorId, await asked.get(value.authorId)!);
  return { posts, authors };
}
