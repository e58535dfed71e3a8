// Makes the parts that views are made of: what is looked up and remembered, what is only asked, what depends on who asks.
import type { Post, User } from 'contracts/types';
import type { Settings } from '../config.ts';
import type { createCaches } from './caches.ts';
import { getMe } from '../upstream/identity/accounts.ts';
import { getUsers } from '../upstream/identity/users.ts';
import { createLoader, type Loader } from '../upstream/loader.ts';
import { createImmutableCache } from '../upstream/engine/cache.ts';
import { getFeed } from '../upstream/social/feed.ts';
import { getFriendRequests, getFriends } from '../upstream/social/friends.ts';
import type { Observer } from '../upstream/engine/observer.ts';
import type { Queryable, Upstream } from '../upstream/upstream.ts';
import type { SizeLimits, Endpoint } from '../upstream/engine/endpoint.ts';
import { createPrivateQuery, createSharedQuery, type Invalidatable } from '../upstream/queries.ts';
import { getAuthors } from '../upstream/social/authors.ts';
import { getCounts } from '../upstream/social/counts.ts';
import { getPostPage, getPosts } from '../upstream/social/posts.ts';
import { authorLadder } from '../views/ladder.ts';
import { dataSource, required } from '../views/data-source.ts';
import type { Catalog } from '../views/catalog.ts';

const FACTS_MAX = 200_000;
const NOTHING_KNOWN: Catalog['authorOf'] = { get: () => undefined, set: () => undefined };

export interface DataSourceOptions {
  readonly settings: Settings;
  readonly identity: Upstream;
  readonly social: Upstream;
  /** Social's copy of the names: answers can do without it. */
  readonly replica: Queryable;
  readonly limits: SizeLimits;
  readonly caches: ReturnType<typeof createCaches>;
  readonly observer: Observer;
}

export interface DataSources {
  readonly catalog: Catalog;
  readonly users: Loader<User>;
  readonly posts: Loader<Post>;
  /** What is public, and not remembered. */
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

  const copies = createLoader<User>({
    upstream: replica,
    entity: 'author',
    callName: 'author_copy',
    endpoint: getAuthors(limits),
    cache: undefined,
    limitMs: settings.AUTHOR_DEADLINE_MS,
    refreshInBackground: false,
    observer,
  });
  const ladder = authorLadder(strategy, users.call, copies.call, settings.AUTHOR_DEADLINE_MS);
  const uncached = { entity: undefined, upstream: 'social' } as const;
  const own = <Q, T>(endpoint: Endpoint<Q, T>) =>
    dataSource(uncached, createPrivateQuery(social, endpoint, observer));
  return {
    catalog: {
      post: required(dataSource({ entity: 'post', upstream: 'social' }, posts.call)),
      author: ladder,
      user: required(ladder),
      page: dataSource(uncached, page.call),
      counts: dataSource(uncached, counts.call),
      feed: own(getFeed(limits, include)),
      friends: own(getFriends(limits)),
      friendRequests: own(getFriendRequests(limits)),
      me: dataSource(
        { entity: undefined, upstream: 'identity' },
        createPrivateQuery(identity, getMe(limits), observer),
      ),
      postsIncludeAuthors: include === 'author',
      // Nobody needs to know before.
      authorOf: include === 'author' ? NOTHING_KNOWN : createImmutableCache(FACTS_MAX),
    },
    users: {
      ...users,
      invalidate(id) {
        users.invalidate(id);
        copies.invalidate(id);
      },
    },
    posts,
    sharedQueries: [page, counts],
  };
}
