// A profile, and a page of one user's posts. Pure.
import type { Counts, Page, PostPage, Profile, User } from 'contracts/types';
import { stitchPosts } from '../post/stitch.ts';

/** Every post on the page is by this user. */
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
