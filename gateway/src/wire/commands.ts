// Creates the commands. Each invalidates the caches that it makes outdated, so that users always see their own writes.
import type { Post, User } from 'contracts/types';
import { changeMe, deleteAccount, register } from '../upstream/identity/accounts.ts';
import { endOtherSessions, endSession } from '../upstream/identity/own-sessions.ts';
import { logIn, logOut, refreshSession } from '../upstream/identity/sessions.ts';
import type { OnBehalfOf } from '../upstream/on-behalf-of.ts';
import { UpstreamFailure, type FailureKind } from '../upstream/engine/failure.ts';
import type { Loader } from '../upstream/loader.ts';
import { befriend, unfriend } from '../upstream/social/friends.ts';
import { changePost, createPost, deletePost } from '../upstream/social/posts.ts';
import type { Observer } from '../upstream/engine/observer.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { SizeLimits, Endpoint } from '../upstream/engine/endpoint.ts';
import type { Result } from '../upstream/result.ts';
import { createCommand, type Invalidatable } from '../upstream/queries.ts';
import type { Command, Commands } from '../routes/commands.ts';

export interface CommandOptions {
  readonly identity: Upstream;
  readonly social: Upstream;
  readonly limits: SizeLimits;
  readonly observer: Observer;
  readonly users: Loader<User>;
  readonly posts: Loader<Post>;
  /** Queries about users, posts and friendships. */
  readonly sharedQueries: readonly Invalidatable[];
}

/** Longer than a service's statement timeout plus its wait for a connection: by then the write has ended. */
const WRITE_ENDED_MS = 5_000;

/** After these a write was certainly not done: it was not sent, or refused before any work. */
const NOT_DONE: ReadonlySet<FailureKind> = new Set([
  'refused',
  'unresolved',
  'unroutable',
  'connect-timeout',
  'untrusted',
  'tls',
  'open',
  'quarantined',
  'busy',
  'overloaded',
  'throttled',
]);

export function createCommands(options: CommandOptions): Commands {
  const { identity, social, limits, observer, users, posts, sharedQueries } = options;

  /**
   * Calls `after` when the write was done, or may have been: a write that certainly was not done must cost nobody a cached
   * name. A write whose response was lost may still run: then `after` is called again when the upstream has certainly ended it.
   */
  const command = <Q, T>(
    upstream: Upstream,
    endpoint: Endpoint<Q, Result<T>>,
    after: (request: Q, value: T | undefined) => void = () => undefined,
  ): Command<Q, T> => {
    const call = createCommand(upstream, endpoint, observer);
    return async (request, caller) => {
      try {
        const { value: result } = await call(request, caller);
        if ('ok' in result) after(request, result.ok);
        return result;
      } catch (error) {
        const failure = error instanceof UpstreamFailure ? error : undefined;
        if (failure === undefined || !NOT_DONE.has(failure.kind)) after(request, undefined);
        if (failure?.uncertain) setTimeout(() => after(request, undefined), WRITE_ENDED_MS).unref();
        throw error;
      }
    };
  };
  const invalidateQueries = (): void => {
    for (const query of sharedQueries) query.invalidate();
  };
  const invalidateUser = ({ userId }: OnBehalfOf): void => {
    users.invalidate(userId);
    invalidateQueries();
  };
  const invalidatePost = ({ id }: { readonly id: number }): void => {
    posts.invalidate(id);
    invalidateQueries();
  };

  return {
    register: command(identity, register(limits), (_, session) => {
      if (session !== undefined) users.invalidate(session.user.id);
      invalidateQueries();
    }),
    logIn: command(identity, logIn(limits)),
    refreshSession: command(identity, refreshSession(limits)),
    logOut: command(identity, logOut(limits)),
    endSession: command(identity, endSession(limits)),
    endOtherSessions: command(identity, endOtherSessions(limits)),
    changeMe: command(identity, changeMe(limits), invalidateUser),
    deleteAccount: command(identity, deleteAccount(limits), invalidateUser),
    createPost: command(social, createPost(limits), (_, post) => {
      // Its absence may be cached: a client may have requested the id before the post existed.
      if (post !== undefined) posts.invalidate(post.id);
      invalidateQueries();
    }),
    changePost: command(social, changePost(limits), invalidatePost),
    deletePost: command(social, deletePost(limits), invalidatePost),
    befriend: command(social, befriend(limits), invalidateQueries),
    unfriend: command(social, unfriend(limits), invalidateQueries),
  };
}
