// What a user's profile, and a page of their posts, are made of: Identity and Social are asked at the same time.
import type { Counts, PostPage, User } from 'contracts/types';
import type { Caller } from '../../upstream/call.ts';
import type { PageQuestion } from '../../upstream/social.ts';
import type { Lookup } from '../part.ts';
import type { Parts } from '../parts.ts';

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
  { author, page }: Parts,
  question: PageQuestion,
  caller: Caller,
): Promise<UserPostsParts> {
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
