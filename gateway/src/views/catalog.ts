// The parts that views are made of. wire.ts makes them.
import type { Counts, FriendPage, Me, Post, PostPage, RequestPage, User } from 'contracts/types';
import type { InName } from '../upstream/on-behalf-of.ts';
import type { OwnPage } from '../upstream/social/viewer-page.ts';
import type { RequestsQuestion } from '../upstream/social/friends.ts';
import type { Outcome } from '../upstream/outcome.ts';
import type { PageQuestion } from '../upstream/social/posts.ts';
import type { Part } from './data-source.ts';

export interface Parts {
  /** A post without its author; required. */
  readonly post: Part<number, Post>;
  /** An author, down the ladder; never fails. */
  readonly author: Part<number, User>;
  /** The same user where there is no answer without them. */
  readonly user: Part<number, User>;
  readonly page: Part<PageQuestion, PostPage>;
  readonly counts: Part<number, Counts>;
  /** What depends on who asks: neither shared nor remembered. */
  readonly feed: Part<OwnPage, Outcome<PostPage>>;
  readonly friends: Part<OwnPage, Outcome<FriendPage>>;
  readonly friendRequests: Part<RequestsQuestion, Outcome<RequestPage>>;
  /** Posts come with their authors: who wrote something that was asked for need not be. */
  readonly postsBringAuthors: boolean;
  readonly me: Part<InName, Outcome<Me>>;
  /** Who wrote a post never changes: what is known lets author and post be asked for together. */
  readonly authorOf: {
    get(postId: number): number | undefined;
    set(postId: number, authorId: number): unknown;
  };
}
