// The parts of a user's profile, and of a page of the user's posts. Requests to Identity and Social are sent in parallel.
import type { Counts, OwnFriendship, PostPage, User } from 'contracts/types';
import type { Caller } from '../../upstream/engine/call.ts';
import { UpstreamFailure } from '../../upstream/engine/failure.ts';
import type { OnBehalfOf } from '../../upstream/on-behalf-of.ts';
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

/**
 * What the viewer and a user are to each other. Never fails: it may be unavailable.
 * @param viewer undefined when nobody is logged in; a failure when that is not known
 * @returns undefined when there is nothing to tell
 */
export async function loadFriendship(
  { friendship }: Pick<Catalog, 'friendship'>,
  viewer: OnBehalfOf | UpstreamFailure | undefined,
  userId: number,
  caller: Caller,
): Promise<Fetched<OwnFriendship> | undefined> {
  if (viewer instanceof UpstreamFailure) {
    const via = { kind: 'unavailable', failure: viewer } as const;
    const { upstream } = viewer;
    return { entity: 'friendship', upstream, value: undefined, via, tookMs: 0 };
  }
  if (viewer === undefined || viewer.userId === userId) return undefined;
  return friendship({ ...viewer, id: userId }, caller);
}
