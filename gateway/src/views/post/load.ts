// What one post, or several, are made of. An author who is known to belong to a wanted post is asked for together with it.
import type { Post, User } from 'contracts/types';
import type { Caller } from '../../upstream/engine/call.ts';
import type { Lookup } from '../data-source.ts';
import type { Parts } from '../catalog.ts';
import { askAuthor, broughtAlong, type Authors } from '../authors.ts';

export interface PostParts {
  readonly post: Lookup<Post>;
  /** undefined when there is no such post. */
  readonly author: Lookup<User> | undefined;
}

export interface PostsParts {
  /** In the order asked for; undefined for what does not exist. */
  readonly posts: readonly Lookup<Post>[];
  readonly authors: Authors;
}

/** @throws UpstreamFailure when Social fails */
export async function loadPost(parts: Parts, id: number, caller: Caller): Promise<PostParts> {
  const known = parts.authorOf.get(id);
  const early = known === undefined ? undefined : askAuthor(parts, known, caller);
  const post = await parts.post(id, caller);
  if (post.value === undefined) return { post, author: undefined };
  const { authorId } = post.value;
  const brought = broughtAlong(post, post.value);
  if (brought !== undefined) return { post, author: brought };
  if (known === authorId && early !== undefined) return { post, author: await early };
  parts.authorOf.set(id, authorId);
  return { post, author: await parts.author(authorId, caller) };
}

/**
 * Several posts. Their authors are one question: asked at once when all of them are known, else when the posts tell.
 * @throws UpstreamFailure when Social fails
 */
export async function loadPosts(
  parts: Parts,
  ids: readonly number[],
  caller: Caller,
): Promise<PostsParts> {
  const asked = new Map<number, Promise<Lookup<User>>>();
  const known = ids.map((id) => parts.authorOf.get(id));
  if (!known.includes(undefined))
    for (const authorId of new Set(known))
      asked.set(authorId!, askAuthor(parts, authorId!, caller));

  const posts = await Promise.all(ids.map((id) => parts.post(id, caller)));
  for (const post of posts) {
    if (post.value === undefined) continue;
    const { id, authorId } = post.value;
    parts.authorOf.set(id, authorId);
    if (asked.has(authorId)) continue;
    const brought = broughtAlong(post, post.value);
    asked.set(authorId, brought ? Promise.resolve(brought) : askAuthor(parts, authorId, caller));
  }

  const authors = new Map<number, Lookup<User>>();
  for (const { value } of posts)
    if (value !== undefined && !authors.has(value.authorId))
      authors.set(value.authorId, await asked.get(value.authorId)!);
  return { posts, authors };
}
