// The contracts' types, under the names that the rest of the system uses.
import type { components as Gateway } from './generated/gateway.ts';
import type { components as Identity } from './generated/identity.ts';
import type { components as Social } from './generated/social.ts';

/** Identity's public profile. The gateway uses it for users and authors. */
export type User = Identity['schemas']['User'];
/** Identity's answer to `?ids=`, and with a `nextCursor` to `?username=`. */
export type UserBatch = Identity['schemas']['UserBatch'];
/** The logged-in user and the tokens of the session. */
export type Session = Identity['schemas']['Session'];
/** The body of a registration. */
export type NewUser = Identity['schemas']['NewUser'];
/** The body of a login. */
export type Credentials = Identity['schemas']['Credentials'];
export type RefreshRequest = Identity['schemas']['RefreshRequest'];
/** The caller's account. */
export type Me = Identity['schemas']['Me'];
export type MeChange = Identity['schemas']['MeChange'];
/** The current password, which is required to delete the account. */
export type Confirmation = Identity['schemas']['Confirmation'];
/** Where the caller is logged in. */
export type OwnSessions = Identity['schemas']['OwnSessions'];
/** The public keys of access tokens (RFC 7517). */
export type KeySet = Identity['schemas']['KeySet'];

/** Events of the user event log (CloudEvents), as written; `decodeUserEvent` in events/decode.ts reads them. */
export type UserCreated = Identity['schemas']['UserCreated'];
export type UserUpdated = Identity['schemas']['UserUpdated'];
export type UserDeleted = Identity['schemas']['UserDeleted'];
export type UserEventOnWire = Identity['schemas']['UserEvent'];
/** An event of the feed of sessions that ended. */
export type SessionEnded = Identity['schemas']['SessionEnded'];
export type UserEventBatch = Identity['schemas']['UserEventBatch'];

/** A post from Social: its author is an id and, with `include=author`, also a user or null. */
export type Post = Social['schemas']['Post'];
/** Social's answer to `?ids=`. */
export type PostBatch = Social['schemas']['PostBatch'];
/** Social's answer to `?authorId=`, and a page of a feed. */
export type PostPage = Social['schemas']['PostPage'];
/** Social's answer to `/api/authors?ids=`, from its replica. */
export type AuthorBatch = Social['schemas']['AuthorBatch'];
export type NewPost = Social['schemas']['NewPost'];
export type PostChange = Social['schemas']['PostChange'];
/** Friends from Social: only their ids. */
export type FriendPage = Social['schemas']['FriendPage'];
/** Friend requests from Social: only the ids of the users. */
export type RequestPage = Social['schemas']['RequestPage'];
/** The state of the friendship between the caller and another user. */
export type Friendship = Social['schemas']['Friendship'];
/** What the caller and another user are to each other. */
export type OwnFriendship = Social['schemas']['OwnFriendship'];
export type Counts = Social['schemas']['Counts'];
/** The caller's own counts, with the friend requests to the caller. */
export type OwnCounts = Social['schemas']['OwnCounts'];

/** Events of the social event log (CloudEvents), as written; `decodeSocialEvent` in events/decode-social.ts reads them. */
export type SocialEventOnWire = Social['schemas']['SocialEvent'];
export type SocialEventBatch = Social['schemas']['SocialEventBatch'];

/** A post from the gateway: with its author, or null if the author is not available. */
export type StitchedPost = Gateway['schemas']['Post'];
/** The parts of a degraded answer that are not as wanted. */
export type Degraded = Gateway['schemas']['Degraded'];
export type PostList = Gateway['schemas']['PostList'];
/** Users whose names begin alike. */
export type UserPage = Gateway['schemas']['UserPage'];
export type Page = Gateway['schemas']['Page'];
/** A home screen. */
export type Home = Gateway['schemas']['Home'];
export type Profile = Gateway['schemas']['Profile'];
/** Friends from the gateway: with their usernames, or null if a username is not available. */
export type StitchedFriendPage = Gateway['schemas']['Friends'];
/** Friend requests from the gateway, with the usernames of the other users. */
export type StitchedRequestPage = Gateway['schemas']['FriendRequests'];
/** The logged-in user, for a browser; the tokens are in its cookies. */
export type SessionUser = Gateway['schemas']['SessionUser'];
/** The body of `/api/auth/token`: a username and a password, or a refresh token. */
export type TokenRequest = Gateway['schemas']['TokenRequest'];
/** The tokens of a session, for clients other than browsers. */
export type Tokens = Gateway['schemas']['Tokens'];

/** RFC 9457; the same in all three documents. */
export type Problem = Gateway['schemas']['Problem'];
