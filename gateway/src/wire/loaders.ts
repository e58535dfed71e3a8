// Creates the loaders: users of Identity and of Social's replica, and posts, each by id.
import type { Post, User } from 'contracts/types';
import type { Settings } from '../config.ts';
import type { createCaches } from './caches.ts';
import { getUsers } from '../upstream/identity/users.ts';
import { createLoader, type Loader } from '../upstream/loader.ts';
import type { Observer } from '../upstream/engine/observer.ts';
import type { Queryable, Upstream } from '../upstream/upstream.ts';
import type { SizeLimits } from '../upstream/engine/endpoint.ts';
import { getAuthors, type ReplicaEntry } from '../upstream/social/authors.ts';
import { getPosts, type Include } from '../upstream/social/posts.ts';

export interface LoadersOptions {
  readonly settings: Settings;
  readonly identity: Upstream;
  readonly social: Upstream;
  /** The isolated client for Social's replica of names. */
  readonly replica: Queryable;
  readonly limits: SizeLimits;
  readonly caches: ReturnType<typeof createCaches>;
  readonly observer: Observer;
}

export interface Loaders {
  readonly users: Loader<User>;
  readonly replicaUsers: Loader<ReplicaEntry>;
  readonly posts: Loader<Post>;
}

export function createLoaders(options: LoadersOptions, include: Include): Loaders {
  const { settings, identity, social, replica, limits, caches, observer } = options;
  return {
    users: createLoader<User>({
      upstream: identity,
      entity: 'author',
      endpoint: getUsers(limits),
      cache: caches.author,
      limitMs: settings.AUTHOR_DEADLINE_MS,
      refreshInBackground: true,
      observer,
    }),
    replicaUsers: createLoader<ReplicaEntry>({
      upstream: replica,
      entity: 'author',
      callName: 'author_copy',
      endpoint: getAuthors(limits),
      cache: undefined,
      limitMs: settings.AUTHOR_DEADLINE_MS,
      refreshInBackground: false,
      observer,
    }),
    posts: createLoader<Post>({
      upstream: social,
      entity: 'post',
      endpoint: getPosts(limits, include),
      cache: settings.POST_TTL_MS === 0 ? undefined : caches.post,
      limitMs: settings.REQUEST_DEADLINE_MS,
      refreshInBackground: false,
      observer,
    }),
  };
}
