// The parts that views are made of. wire.ts makes them.
import type { Counts, FriendPage, Me, Post, PostPage, RequestPage, User } from 'contracts/types';
import type { OnBehalfOf } from '../upstream/on-behalf-of.ts';
import type { ViewerPageRequest } from '../upstream/social/viewer-page.ts';
import type { FriendRequestsRequest } from '../upstream/social/friends.ts';
import type { Result } from '../upstream/result.ts';
import type { PostPageRequest } from '../upstream/social/posts.ts';
import type { DataSource } from './data-source.ts';

export interface Catalog {
  /** A post without its author; required. */
  readonly post: DataSource<number, Post>;
  /** An author, down the ladder; never fails. */
  readonly author: DataSource<number, User>;
  /** The same user where there is no answer without them. */
  readonly user: DataSource<number, User>;
  readonly page: DataSource<PostPageRequest, PostPage>;
  readonly counts: DataSource<number, Counts>;
  /** What depends on who asks: neither shared nor remembered. */
  readonly feed: DataSource<ViewerPageRequest, Result<PostPage>>;
  readonly friends: DataSource<ViewerPageRequest, Result<FriendPage>>;
  readonly friendRequests: DataSource<FriendRequestsRequest, Result<RequestPage>>;
  /** Posts come with their authors: who wrote something that was asked for need not be. */
  readonly postsIncludeAuthors: boolean;
  readonly me: DataSource<OnBehalfOf, Result<Me>>;
  /** Who wrote a post never changes: what is known lets author and post be asked for together. */
  readonly authorOf: {
    get(postId: number): number | undefined;
    set(postId: number, authorId: number): unknown;
  };
}
