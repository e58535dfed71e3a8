// What a user's profile, and a page of their posts, are made of. Identity and Social are asked at the same time.
import type { Counts, PostPage, User } from 'contracts/types';
import type { Caller } from '../../upstream/engine/call.ts';
import type { PageQuestion } from '../../upstream/social/posts.ts';
import { broughtAlong } from '../authors.ts';
import type { Lookup } from '../data-source.ts';
import type { Parts } from '../catalog.ts';

export interface UserPostsParts {
  readonly user: Lookup<User>;
  readonly page: Lookup<PostPage>;
}

export interface ProfileParts extends UserPostsParts {
  readonly counts: Lookup<Counts>;
}

/** A profile shows a user's newest posts; the rest come by pages. */
const PROFILE_POSTS = 20;

/** @throws UpstreamFailure when Social fails */
export async function loadUserPosts(
  { author, page, postsBringAuthors }: Parts,
  question: PageQuestion,
  caller: Caller,
): Promise<UserPostsParts> {
  if (postsBringAuthors) {
    const posts = await page(question, caller);
    const [post] = posts.value?.items ?? [];
    const brought = post && broughtAlong(posts, post);
    return { user: brought ?? (await author(question.authorId, caller)), page: posts };
  }
  const [user, posts] = await Promise.all([
    author(question.authorId, caller),
    page(question, caller),
  ]);
  return { user, page: posts };
}

/** @throws UpstreamFailure when Social fails */
export async function loadProfile(
  parts: Parts,
  userId: number,
  caller: Caller,
): Promise<ProfileParts> {
  const newest = { authorId: userId, limit: PROFILE_POSTS, cursor: undefined };
  const [{ user, page }, counts] = await Promise.all([
    loadUserPosts(parts, newest, caller),
    parts.counts(userId, caller),
  ]);
  return { user, page, counts };
}
