// Combines a user with posts and counts. Pure.
import { complete } from 'contracts/complete';
import type { Counts, OwnFriendship, Page, PostPage, Profile, User } from 'contracts/types';
import type { Fetched } from '../data-source.ts';
import { stitchPosts } from '../post/stitch.ts';

/** A page of posts that are all by this user. */
export const stitchUserPosts = (user: User | undefined, page: PostPage): Page => ({
  items: stitchPosts(page.items, () => user),
  nextCursor: page.nextCursor,
});

/** @param friendship what the viewer and the user are to each other; undefined when there is no viewer to tell */
export const stitchProfile = (
  user: User | undefined,
  page: PostPage,
  counts: Counts,
  friendship?: Fetched<OwnFriendship>,
): Profile => ({
  user: user === undefined ? null : complete<User>({ id: user.id, username: user.username }),
  posts: stitchPosts(page.items, () => user),
  postCount: counts.postCount,
  friendCount: counts.friendCount,
  ...(friendship !== undefined && { friendship: friendship.value?.state ?? null }),
});
