// Combines a user with posts and counts. Pure.
import type { Counts, Page, PostPage, Profile, User } from 'contracts/types';
import { stitchPosts } from '../post/stitch.ts';

/** A page of posts that are all by this user. */
export const stitchUserPosts = (user: User | undefined, page: PostPage): Page => ({
  items: stitchPosts(page.items, () => user),
  nextCursor: page.nextCursor,
});

export const stitchProfile = (user: User | undefined, page: PostPage, counts: Counts): Profile => ({
  user: user === undefined ? null : { id: user.id, username: user.username },
  posts: stitchPosts(page.items, () => user),
  postCount: counts.postCount,
  friendCount: counts.friendCount,
});
