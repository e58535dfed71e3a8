// Creates the data sources of the views: loaders with a cache, shared queries, private queries.
import type { Post, User } from 'contracts/types';
import type { Settings } from '../config.ts';
import type { createCaches } from './caches.ts';
import { getMe } from '../upstream/identity/accounts.ts';
import { findPeople, getUserByName } from '../upstream/identity/people.ts';
import { getUsers } from '../upstream/identity/users.ts';
import { createLoader, type Loader } from '../upstream/loader.ts';
import { createImmutableCache } from '../upstream/engine/cache.ts';
import { getFeed } from '../upstream/social/feed.ts';
import { getFriendRequests, getFriends } from '../upstream/social/friends.ts';
import type { Observer } from '../upstream/engine/observer.ts';
import type { Queryable, Upstream } from '../upstream/upstream.ts';
import type { Endpoint, SizeLimits } from '../upstream/engine/endpoint.ts';
import { tagged } from '../upstream/tagged.ts';
import { createPrivateQuery, createSharedQuery, type Invalidatable } from '../upstream/queries.ts';
import { getAuthors } from '../upstream/social/authors.ts';
import { getCounts } from '../upstream/social/counts.ts';
import { getPostPage, getPosts } from '../upstream/social/posts.ts';
import { authorLadder } from '../views/ladder.ts';
import { dataSource, required } from '../views/data-source.ts';
import type { Catalog } from '../views/catalog.ts';

/** The most posts whose author is remembered. */
const POST_AUTHORS_MAX = 200_000;
const NO_POST_AUTHORS: Catalog['authorOf'] = { get: () => undefined, set: () => undefined };

export interface DataSourceOptions {
  readonly settings: Settings;
  readonly identity: Upstream;
  readonly social: Upstream;
  /** The isolated client for Social's replica of names. */
  readonly replica: Queryable;
  readonly limits: SizeLimits;
  readonly caches: ReturnType<typeof createCaches>;
  readonly observer: Observer;
}

export interface DataSources {
  readonly catalog: Catalog;
  readonly users: Loader<User>;
  readonly posts: Loader<Post>;
  /** Public queries that are not cached. */
  readonly sharedQueries: readonly Invalidatable[];
}

export function createDataSources(options: DataSourceOptions): DataSources {
  const { settings, identity, social, replica, limits, caches, observer } = options;
  const limitMs = settings.REQUEST_DEADLINE_MS;
  const strategy = settings.AUTHOR_STRATEGY;
  const include = strategy === 'replica' ? 'author' : 'nothing';
  const users = createLoader<User>({
    upstream: identity,
    entity: 'author',
    endpoint: getUsers(limits),
    cache: caches.author,
    limitMs: settings.AUTHOR_DEADLINE_MS,
    refreshInBackground: true,
    observer,
  });
  const posts = createLoader<Post>({
    upstream: social,
    entity: 'post',
    endpoint: getPosts(limits, include),
    cache: settings.POST_TTL_MS === 0 ? undefined : caches.post,
    limitMs,
    refreshInBackground: false,
    observer,
  });
  const page = createSharedQuery(
    social,
    getPostPage(limits, include),
    ({ authorId, limit, cursor = '' }) => `${authorId} ${limit} ${cursor}`,
    limitMs,
    observer,
  );
  const counts = createSharedQuery(social, getCounts(limits), (id) => id, limitMs, observer);

  const people = createSharedQuery(
    identity,
    findPeople(limits),
    ({ prefix, limit, cursor = '' }) => `${prefix} ${limit} ${cursor}`,
    limitMs,
    observer,
  );
  const userByName = createSharedQuery(
    identity,
    getUserByName(limits),
    (name) => name,
    limitMs,
    observer,
  );

  const replicaUsers = createLoader<User>({
    upstream: replica,
    entity: 'author',
    callName: 'author_copy',
    endpoint: getAuthors(limits),
    cache: undefined,
    limitMs: settings.AUTHOR_DEADLINE_MS,
    refreshInBackground: false,
    observer,
  });
  const ladder = authorLadder(strategy, users.call, replicaUsers.call, settings.AUTHOR_DEADLINE_MS);
  const uncached = { entity: undefined, upstream: 'social' } as const;
  const uncachedUsers = { entity: undefined, upstream: 'identity' } as const;
  const privateSource = <Q, T>(endpoint: Endpoint<Q, T>) =>
    dataSource(uncached, createPrivateQuery(social, endpoint, observer));
  const currentPosts = createPrivateQuery(
    social,
    tagged(getPosts(limits, 'nothing'), 'current_post'),
    observer,
  );
  const currentMe = createPrivateQuery(identity, tagged(getMe(limits), 'current_me'), observer);
  return {
    catalog: {
      post: required(dataSource({ entity: 'post', upstream: 'social' }, posts.call)),
      author: ladder,
      user: required(ladder),
      people: dataSource(uncachedUsers, people.call),
      userByName: dataSource(uncachedUsers, userByName.call),
      page: dataSource(uncached, page.call),
      counts: dataSource(uncached, counts.call),
      feed: privateSource(getFeed(limits, include)),
      friends: privateSource(getFriends(limits)),
      friendRequests: privateSource(getFriendRequests(limits)),
      me: dataSource(uncachedUsers, createPrivateQuery(identity, getMe(limits), observer)),
      current: {
        async post(id, caller) {
          const { value: found, etag } = (await currentPosts([id], caller)).value;
          return { value: found.get(id), etag };
        },
        me: async (viewer, caller) => (await currentMe(viewer, caller)).value,
      },
      postsIncludeAuthors: include === 'author',
      // Not needed when posts embed their authors.
      authorOf: include === 'author' ? NO_POST_AUTHORS : createImmutableCache(POST_AUTHORS_MAX),
    },
    users: {
      ...users,
      invalidate(id) {
        users.invalidate(id);
        replicaUsers.invalidate(id);
      },
    },
    posts,
    sharedQueries: [page, counts, people, userByName],
  };
}
