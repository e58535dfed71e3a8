// What can be done in a user's name, as routes know it. wire.ts makes the commands.
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
import type { FromAddress } from '../upstream/identity/sessions.ts';
import type { InName } from '../upstream/on-behalf-of.ts';
import type { Caller } from '../upstream/engine/call.ts';
import type { NewPostQuestion, OnePost } from '../upstream/social/posts.ts';
import type { Outcome } from '../upstream/outcome.ts';

/** Has something done; what it changes is answered from no older memory afterwards. Throws UpstreamFailure. */
export type Command<Q, T> = (question: Q, caller: Caller) => Promise<Outcome<T>>;

export interface Commands {
  readonly register: Command<FromAddress<NewUser>, Session>;
  readonly logIn: Command<FromAddress<Credentials>, Session>;
  readonly renew: Command<FromAddress<{ readonly refreshToken: string }>, Session>;
  readonly logOut: Command<InName, null>;
  readonly changeMe: Command<InName & { readonly body: MeChange }, Me>;
  readonly leave: Command<InName & { readonly body: Confirmation }, null>;
  readonly createPost: Command<NewPostQuestion, Post>;
  readonly changePost: Command<OnePost & { readonly content: string }, Post>;
  readonly deletePost: Command<OnePost, null>;
  readonly befriend: Command<OnePost, Friendship>;
  readonly unfriend: Command<OnePost, null>;
}
