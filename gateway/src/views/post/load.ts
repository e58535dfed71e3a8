// What one post, or several, are made of.
import type { Post, User } from 'contracts/types';
import type { Caller } from '../../upstream/call.ts';
import type { Lookup } from '../part.ts';
import type { Parts } from '../parts.ts';

export interface PostParts {
  /** In the order asked for; undefined for what does not exist. */
  readonly posts: readonly Lookup<Post>[];
  readonly authors: ReadonlyMap<number, Lookup<User>>;
}

/**
 * Posts and their authors. An author that is already known to belong to a wanted post is asked for together with it;
 * the others as soon as the posts tell who they are.
 * @throws UpstreamFailure when Social fails
 */
export async function loadPosts(
  { post, author, authorOf }: Parts,
  ids: readonly number[],
  caller: Caller,
): Promise<PostParts> {
  const asked = new Map<number, Promise<Lookup<User>>>();
  const want = (authorId: number): void => {
    if (asked.has(authorId)) return;
    const lookup = author(authorId, caller);
    // Nobody may be left to hear of a bug in it when the posts fail first; whoever awaits it still does.
    lookup.catch(() => undefined);
    asked.set(authorId, lookup);
  };

  for (const id of ids) {
    const known = authorOf.get(id);
    if (known !== undefined) want(known);
  }
  const posts = await Promise.all(ids.map((id) => post(id, caller)));

  const authors = new Map<number, Lookup<User>>();
  for (const { value } of posts) {
    if (value === undefined) continue;
    if (authorOf.get(value.id) !== value.authorId) authorOf.set(value.id, value.authorId);
    want(value.authorId);
  }
  for (const { value } of posts) {
    if (value !== undefined && !authors.has(value.authorId))
      authors.set(value.authorId, await asked.get(value.authorId)!);
  }
  return { posts, authors };
}
