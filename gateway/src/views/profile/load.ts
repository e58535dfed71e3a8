// The parts of a user's profile, and of a page of the user's posts. Requests to Identity and Social are sent in parallel.
import type { Counts, PostPage, User } from 'contracts/types';
import type { Caller } from '../../upstream/engine/call.ts';
import type { PostPageRequest } from '../../upstream/social/posts.ts';
import { embeddedAuthor } from '../authors.ts';
import type { Fetched } from '../data-source.ts';
import type { Catalog } from '../catalog.ts';

export interface UserPostsParts {
  readonly user: Fetched<User>;
  readonly page: Fetched<PostPage>;
}

export interface ProfileParts extends UserPostsParts {
  readonly counts: Fetched<Counts>;
}

/** How many of the user's newest posts a profile shows. */
const PROFILE_POSTS = 20;

/** @throws UpstreamFailure when Social fails */
export async function loadUserPosts(
  { author, page, postsIncludeAuthors }: Catalog,
  request: PostPageRequest,
  caller: Caller,
): Promise<UserPostsParts> {
  if (postsIncludeAuthors) {
    const posts = await page(request, caller);
    const [post] = posts.value?.items ?? [];
    const embedded = post && embeddedAuthor(posts, post);
    return { user: embedded ?? (await author(request.authorId, caller)), page: posts };
  }
  const [user, posts] = await Promise.all([
    author(request.authorId, caller),
    page(request, caller),
  ]);
  return { user, page: posts };
}

/** @throws UpstreamFailure when Social fails */
export async function loadProfile(
  catalog: Catalog,
  userId: number,
  caller: Caller,
): Promise<ProfileParts> {
  const newest = { authorId: userId, limit: PROFILE_POSTS, cursor: undefined };
  const [{ user, page }, counts] = await Promise.all([
    loadUserPosts(catalog, newest, caller),
    catalog.counts(userId, caller),
  ]);
  return { user, page, counts };
}
