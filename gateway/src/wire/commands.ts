// Makes the commands: each with what it makes the gateway forget, so that nobody is answered from before their own write.
import type { Post, User } from 'contracts/types';
import { changeMe, deleteAccount, register } from '../upstream/identity/accounts.ts';
import { logIn, logOut, refreshSession } from '../upstream/identity/sessions.ts';
import type { OnBehalfOf } from '../upstream/on-behalf-of.ts';
import { UpstreamFailure } from '../upstream/engine/failure.ts';
import type { Loader } from '../upstream/loader.ts';
import { befriend, unfriend } from '../upstream/social/friends.ts';
import { changePost, createPost, deletePost } from '../upstream/social/posts.ts';
import type { Observer } from '../upstream/engine/observer.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { SizeLimits, Endpoint } from '../upstream/engine/endpoint.ts';
import type { Result } from '../upstream/result.ts';
import { createCommand, type Invalidatable } from '../upstream/queries.ts';
import type { Command, Commands } from '../routes/commands.ts';

/** Only what it makes forget. */
export interface CommandOptions {
  readonly identity: Upstream;
  readonly social: Upstream;
  readonly limits: SizeLimits;
  readonly observer: Observer;
  readonly users: Loader<User>;
  readonly posts: Loader<Post>;
  /** Public requests about posts and friendships. */
  readonly sharedQueries: readonly Invalidatable[];
}

/** Longer than a service's database works at a statement, or waits for one. */
const ENDED_MS = 5_000;

export function createCommands(options: CommandOptions): Commands {
  const { identity, social, limits, observer, users, posts, sharedQueries } = options;

  /**
   * `after` runs whatever came of it. A write whose answer was lost may have been done, or may still be: then it runs
   * once more, when the upstream has surely ended it.
   */
  const command = <Q, T>(
    upstream: Upstream,
    endpoint: Endpoint<Q, Result<T>>,
    after: (request: Q, done: T | undefined) => void = () => undefined,
  ): Command<Q, T> => {
    const call = createCommand(upstream, endpoint, observer);
    return async (request, caller) => {
      let done: T | undefined;
      try {
        const { value } = await call(request, caller);
        if ('ok' in value) done = value.ok;
        return value;
      } catch (error) {
        if (error instanceof UpstreamFailure && error.uncertain)
          setTimeout(() => after(request, undefined), ENDED_MS).unref();
        throw error;
      } finally {
        after(request, done);
      }
    };
  };
  const renewQuestions = (): void => {
    for (const request of sharedQueries) request.invalidate();
  };
  const forgetUser = ({ userId }: OnBehalfOf): void => users.invalidate(userId);
  const forgetPost = ({ id }: { readonly id: number }): void => {
    posts.invalidate(id);
    renewQuestions();
  };

  return {
    register: command(identity, register(limits), (_, session) => {
      if (session !== undefined) users.invalidate(session.user.id);
    }),
    logIn: command(identity, logIn(limits)),
    refreshSession: command(identity, refreshSession(limits)),
    logOut: command(identity, logOut(limits)),
    changeMe: command(identity, changeMe(limits), forgetUser),
    deleteAccount: command(identity, deleteAccount(limits), forgetUser),
    createPost: command(social, createPost(limits), (_, post) => {
      // Somebody may have asked for it before it was there.
      if (post !== undefined) posts.invalidate(post.id);
      renewQuestions();
    }),
    changePost: command(social, changePost(limits), forgetPost),
    deletePost: command(social, deletePost(limits), forgetPost),
    befriend: command(social, befriend(limits), renewQuestions),
    unfriend: command(social, unfriend(limits), renewQuestions),
  };
}
