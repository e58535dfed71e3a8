// The names under which the rest of the system knows the contracts' types.
import type { components as Gateway } from './generated/gateway.ts';
import type { components as Identity } from './generated/identity.ts';
import type { components as Social } from './generated/social.ts';

/** Identity's public profile; also what the gateway answers for a user, and the author of a post. */
export type User = Identity['schemas']['User'];
/** Identity's answer to `?ids=`. */
export type UserBatch = Identity['schemas']['UserBatch'];

/** A post as Social knows it: its author is only an id. */
export type Post = Social['schemas']['Post'];
/** Social's answer to `?ids=`. */
export type PostBatch = Social['schemas']['PostBatch'];
/** Social's answer to `?authorId=`. */
export type PostPage = Social['schemas']['PostPage'];
export type Counts = Social['schemas']['Counts'];

/** A post as the gateway answers it: with its author, or null where none is to be had. */
export type StitchedPost = Gateway['schemas']['Post'];
export type PostList = Gateway['schemas']['PostList'];
export type Page = Gateway['schemas']['Page'];
export type Profile = Gateway['schemas']['Profile'];

/** RFC 9457; the same in all three documents. */
export type Problem = Gateway['schemas']['Problem'];
