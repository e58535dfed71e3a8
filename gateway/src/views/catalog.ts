// The data sources of all views. wire/data-sources.ts creates them.
import type {
  Counts,
  FriendPage,
  Me,
  OwnCounts,
  OwnFriendship,
  OwnSessions,
  Post,
  PostPage,
  RequestPage,
  User,
  UserPage,
} from 'contracts/types';
import type { PeopleRequest } from '../upstream/identity/people.ts';
import type { OnBehalfOf } from '../upstream/on-behalf-of.ts';
import type { ViewerPageRequest } from '../upstream/social/viewer-page.ts';
import type { FriendRequestsRequest, OneUser } from '../upstream/social/friends.ts';
import type { Caller } from '../upstream/engine/call.ts';
import type { Tagged } from '../upstream/tagged.ts';
import type { Result } from '../upstream/result.ts';
import type { PostPageRequest } from '../upstream/social/posts.ts';
import type { DataSource } from './data-source.ts';

/** @throws UpstreamFailure */
type Current<Q, T> = (request: Q, caller: Caller) => Promise<Tagged<T>>;

export interface Catalog {
  /** A post without its author; required. */
  readonly post: DataSource<number, Post>;
  /** An author, from the ladder; may be unavailable, but never fails. */
  readonly author: DataSource<number, User>;
  /** A user, from the same ladder; required. */
  readonly user: DataSource<number, User>;
  /** A page of users by the beginning of their names; undefined for an invalid cursor. */
  readonly people: DataSource<PeopleRequest, UserPage>;
  /** A user by name, whatever its case. */
  readonly userByName: DataSource<string, User>;
  readonly page: DataSource<PostPageRequest, PostPage>;
  readonly counts: DataSource<number, Counts>;
  /** Private: neither shared nor cached, like friends, friend requests and `me`. */
  readonly feed: DataSource<ViewerPageRequest, Result<PostPage>>;
  readonly friends: DataSource<ViewerPageRequest, Result<FriendPage>>;
  readonly friendRequests: DataSource<FriendRequestsRequest, Result<RequestPage>>;
  readonly me: DataSource<OnBehalfOf, Result<Me>>;
  readonly ownSessions: DataSource<OnBehalfOf, Result<OwnSessions>>;
  /** Friend requests to the viewer, and the viewer's counts: for a home screen, which can do without them. */
  readonly homeRequests: DataSource<FriendRequestsRequest, RequestPage>;
  readonly ownCounts: DataSource<OnBehalfOf, OwnCounts>;
  /** What the viewer and another user are to each other; may be unavailable. */
  readonly friendship: DataSource<OneUser, OwnFriendship>;
  /** What a conditional write compares with: as it is now, past every cache. */
  readonly current: {
    /** undefined when there is no such post. */
    readonly post: Current<number, Post | undefined>;
    readonly me: Current<OnBehalfOf, Result<Me>>;
  };
  /** Posts embed their authors, so that authors need no request of their own. */
  readonly postsIncludeAuthors: boolean;
  /** The known authors of posts, which never change. With them, a post and its author are requested in parallel. */
  readonly authorOf: {
    get(postId: number): number | undefined;
    set(postId: number, authorId: number): unknown;
  };
}
