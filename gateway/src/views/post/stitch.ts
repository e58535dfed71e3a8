// Combines posts with their authors. Pure.
import { complete } from 'contracts/complete';
import type { Post, StitchedPost, User } from 'contracts/types';

/** The post with its author; null for an absent or unavailable author. */
export const stitchPost = (post: Post, author: User | undefined): StitchedPost =>
  // The reply adds `degraded`.
  complete<Omit<StitchedPost, 'degraded'>>({
    id: post.id,
    content: post.content,
    author:
      author === undefined ? null : complete<User>({ id: author.id, username: author.username }),
    createdAt: post.createdAt,
    editedAt: post.editedAt,
  });

/** The posts that exist, in order. */
export const stitchPosts = (
  posts: readonly (Post | undefined)[],
  authorOf: (authorId: number) => User | undefined,
): StitchedPost[] =>
  posts
    .filter((post) => post !== undefined)
    .map((post) => stitchPost(post, authorOf(post.authorId)));
