// The names under which the rest of the system knows the contracts' types.
import type { components as Gateway } from './generated/gateway.ts';
import type { components as Identity } from './generated/identity.ts';
import type { components as Social } from './generated/social.ts';

/** Identity's public profile; also what the gateway answers for a user, and the author of a post. */
export type User = Identity['schemas']['User'];
/** Identity's answer to `?ids=`. */
export type UserBatch = Identity['schemas']['UserBatch'];
/** Who logged in, with the tokens of the session. */
export type Session = Identity['schemas']['Session'];
/** What registering takes. */
export type NewUser = Identity['schemas']['NewUser'];
/** What logging in takes. */
export type Credentials = Identity['schemas']['Credentials'];
export type RefreshRequest = Identity['schemas']['RefreshRequest'];
/** The account of the user who asks. */
export type Me = Identity['schemas']['Me'];
export type MeChange = Identity['schemas']['MeChange'];
/** The current password, which leaving takes. */
export type Confirmation = Identity['schemas']['Confirmation'];
/** The public keys of access tokens (RFC 7517). */
export type KeySet = Identity['schemas']['KeySet'];

/** A post as Social knows it: its author is only an id. */
export type Post = Social['schemas']['Post'];
/** Social's answer to `?ids=`. */
export type PostBatch = Social['schemas']['PostBatch'];
/** Social's answer to `?authorId=`, and a page of a feed. */
export type PostPage = Social['schemas']['PostPage'];
export type NewPost = Social['schemas']['NewPost'];
export type PostChange = Social['schemas']['PostChange'];
/** Friends as Social knows them: by their ids. */
export type FriendPage = Social['schemas']['FriendPage'];
/** Requests to be friends, as Social knows them. */
export type RequestPage = Social['schemas']['RequestPage'];
/** How things stand between the user who asks and another one. */
export type Friendship = Social['schemas']['Friendship'];
export type Counts = Social['schemas']['Counts'];

/** A post as the gateway answers it: with its author, or null where none is to be had. */
export type StitchedPost = Gateway['schemas']['Post'];
export type PostList = Gateway['schemas']['PostList'];
export type Page = Gateway['schemas']['Page'];
export type Profile = Gateway['schemas']['Profile'];
/** Friends as the gateway answers them: with their usernames, or null where none is to be had. */
export type StitchedFriendPage = Gateway['schemas']['Friends'];
/** Requests to be friends, with the usernames of the others. */
export type StitchedRequestPage = Gateway['schemas']['FriendRequests'];
/** Who is logged in, for a browser; the tokens are in its cookies. */
export type SessionUser = Gateway['schemas']['SessionUser'];
/** What `/api/auth/token` takes: a username and a password, or a refresh token. */
export type TokenRequest = Gateway['schemas']['TokenRequest'];
/** The tokens of a session, for clients that are no browsers. */
export type Tokens = Gateway['schemas']['Tokens'];

/** RFC 9457; the same in all three documents. */
export type Problem = Gateway['schemas']['Problem'];
