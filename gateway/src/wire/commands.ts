// Makes the commands: each with what it makes the gateway forget, so that nobody is answered from before their own write.
import type { Post, User } from 'contracts/types';
import { changeMe, leave, register } from '../upstream/identity/accounts.ts';
import { logIn, logOut, renewSession } from '../upstream/identity/sessions.ts';
import type { InName } from '../upstream/on-behalf-of.ts';
import { UpstreamFailure } from '../upstream/engine/failure.ts';
import type { Lookups } from '../upstream/loader.ts';
import { befriend, unfriend } from '../upstream/social/friends.ts';
import { changePost, createPost, deletePost } from '../upstream/social/posts.ts';
import type { Observer } from '../upstream/engine/observer.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { Bounds, Operation } from '../upstream/engine/endpoint.ts';
import type { Outcome } from '../upstream/outcome.ts';
import { createCommand, type Renewable } from '../upstream/queries.ts';
import type { Command, Commands } from '../routes/commands.ts';

/** Only what it makes forget. */
export interface CommandOptions {
  readonly identity: Upstream;
  readonly social: Upstream;
  readonly bounds: Bounds;
  readonly observer: Observer;
  readonly users: Lookups<User>;
  readonly posts: Lookups<Post>;
  /** Public questions about posts and friendships. */
  readonly questions: readonly Renewable[];
}

/** Longer than a service's database works at a statement, or waits for one. */
const ENDED_MS = 5_000;

export function createCommands(options: CommandOptions): Commands {
  const { identity, social, bounds, observer, users, posts, questions } = options;

  /**
   * `after` runs whatever came of it. A write whose answer was lost may have been done, or may still be: then it runs
   * once more, when the upstream has surely ended it.
   */
  const command = <Q, T>(
    upstream: Upstream,
    operation: Operation<Q, Outcome<T>>,
    after: (question: Q, done: T | undefined) => void = () => undefined,
  ): Command<Q, T> => {
    const call = createCommand(upstream, operation, observer);
    return async (question, caller) => {
      let done: T | undefined;
      try {
        const { value } = await call(question, caller);
        if ('done' in value) ({ done } = value);
        return value;
      } catch (error) {
        if (error instanceof UpstreamFailure && error.uncertain)
          setTimeout(() => after(question, undefined), ENDED_MS).unref();
        throw error;
      } finally {
        after(question, done);
      }
    };
  };
  const renewQuestions = (): void => {
    for (const question of questions) question.renew();
  };
  const forgetUser = ({ userId }: InName): void => users.forget(userId);
  const forgetPost = ({ id }: { readonly id: number }): void => {
    posts.forget(id);
    renewQuestions();
  };

  return {
    register: command(identity, register(bounds), (_, session) => {
      if (session !== undefined) users.forget(session.user.id);
    }),
    logIn: command(identity, logIn(bounds)),
    renew: command(identity, renewSession(bounds)),
    logOut: command(identity, logOut(bounds)),
    changeMe: command(identity, changeMe(bounds), forgetUser),
    leave: command(identity, leave(bounds), forgetUser),
    createPost: command(social, createPost(bounds), (_, post) => {
      // Somebody may have asked for it before it was there.
      if (post !== undefined) posts.forget(post.id);
      renewQuestions();
    }),
    changePost: command(social, changePost(bounds), forgetPost),
    deletePost: command(social, deletePost(bounds), forgetPost),
    befriend: command(social, befriend(bounds), renewQuestions),
    unfriend: command(social, unfriend(bounds), renewQuestions),
  };
}
