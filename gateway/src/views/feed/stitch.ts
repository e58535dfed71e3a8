// Combines a page of posts with their authors. Pure.
import type { Page, PostPage, User } from 'contracts/types';
import { stitchPosts } from '../post/stitch.ts';

export const stitchFeed = (
  page: PostPage,
  authorOf: (authorId: number) => User | undefined,
): Page => ({ items: stitchPosts(page.items, authorOf), nextCursor: page.nextCursor });
