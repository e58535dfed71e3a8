// The writes of users, as routes see them. wire/commands.ts creates them.
import type {
  Confirmation,
  Credentials,
  Friendship,
  Me,
  MeChange,
  NewUser,
  Post,
  Session,
} from 'contracts/types';
import type { MeWrite } from '../upstream/identity/accounts.ts';
import type { OneSession } from '../upstream/identity/own-sessions.ts';
import type { AnonymousRequest } from '../upstream/identity/sessions.ts';
import type { OnBehalfOf } from '../upstream/on-behalf-of.ts';
import type { Caller } from '../upstream/engine/call.ts';
import type { NewPostRequest, OnePost, OnePostChange } from '../upstream/social/posts.ts';
import type { Result } from '../upstream/result.ts';

/**
 * Sends a write, and invalidates the caches that it makes outdated.
 * @throws UpstreamFailure when the upstream fails; a rejection is a result
 */
export type Command<Q, T> = (request: Q, caller: Caller) => Promise<Result<T>>;

export interface Commands {
  readonly register: Command<AnonymousRequest<NewUser>, Session>;
  readonly logIn: Command<AnonymousRequest<Credentials>, Session>;
  readonly refreshSession: Command<AnonymousRequest<{ readonly refreshToken: string }>, Session>;
  readonly logOut: Command<OnBehalfOf, null>;
  readonly endSession: Command<OneSession, null>;
  readonly endOtherSessions: Command<OnBehalfOf, null>;
  readonly changeMe: Command<MeWrite<MeChange>, Me>;
  readonly deleteAccount: Command<MeWrite<Confirmation>, null>;
  readonly createPost: Command<NewPostRequest, Post>;
  readonly changePost: Command<OnePostChange & { readonly content: string }, Post>;
  readonly deletePost: Command<OnePostChange, null>;
  readonly befriend: Command<OnePost, Friendship>;
  readonly unfriend: Command<OnePost, null>;
}
