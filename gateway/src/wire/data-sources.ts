// Creates the data sources of the views: loaders with a cache, shared queries, private queries.
import type { Post, User } from 'contracts/types';
import { createLoaders, type LoadersOptions } from './loaders.ts';
import { getMe } from '../upstream/identity/accounts.ts';
import { getOwnSessions } from '../upstream/identity/own-sessions.ts';
import { findPeople, getUserByName } from '../upstream/identity/people.ts';
import type { Loader } from '../upstream/loader.ts';
import { createImmutableCache } from '../upstream/engine/cache.ts';
import type { Endpoint } from '../upstream/engine/endpoint.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { tagged } from '../upstream/tagged.ts';
import { okOnly, type Result } from '../upstream/result.ts';
import {
  createOptionalQuery,
  createPrivateQuery,
  createSharedQuery,
  type Invalidatable,
} from '../upstream/queries.ts';
import { getCounts, getOwnCounts } from '../upstream/social/counts.ts';
import { getFeed } from '../upstream/social/feed.ts';
import { getFriendRequests, getFriends, getFriendship } from '../upstream/social/friends.ts';
import { getPostPage, getPosts } from '../upstream/social/posts.ts';
import { authorLadder } from '../views/ladder.ts';
import { dataSource, optional, required, type DataSource } from '../views/data-source.ts';
import type { Catalog } from '../views/catalog.ts';

/** The most posts whose author is remembered. */
const POST_AUTHORS_MAX = 200_000;
const NO_POST_AUTHORS: Catalog['authorOf'] = { get: () => undefined, set: () => undefined };

export interface DataSources {
  readonly catalog: Catalog;
  readonly users: Loader<User>;
  readonly posts: Loader<Post>;
  /** Public queries that are not cached. */
  readonly sharedQueries: readonly Invalidatable[];
}

export function createDataSources(options: LoadersOptions): DataSources {
  const { settings, identity, social, limits, observer } = options;
  const { AUTHOR_STRATEGY: strategy, AUTHOR_DEADLINE_MS: authorLimitMs } = settings;
  const include = strategy === 'replica' ? 'author' : 'nothing';
  const { users, replicaUsers, posts } = createLoaders(options, include);
  const ladder = authorLadder(strategy, users.call, replicaUsers.call, authorLimitMs);

  const sharedQueries: Invalidatable[] = [];
  /** A public request that is not cached. */
  const shared = <Q, T>(
    upstream: Upstream,
    endpoint: Endpoint<Q, T | undefined>,
  ): DataSource<Q, T> => {
    const query = createSharedQuery(upstream, endpoint, settings.REQUEST_DEADLINE_MS, observer);
    sharedQueries.push(query);
    return dataSource({ entity: undefined, upstream: upstream.name }, query.call);
  };
  /** A request whose answer depends on the viewer. */
  const personal = <Q, T>(upstream: Upstream, endpoint: Endpoint<Q, T>): DataSource<Q, T> =>
    dataSource(
      { entity: undefined, upstream: upstream.name },
      createPrivateQuery(upstream, endpoint, observer),
    );
  /** The same for a part that may be unavailable. It has the short budget of an author. */
  const dispensable = <Q, T>(
    entity: 'requests' | 'counts' | 'friendship',
    endpoint: Endpoint<Q, Result<T>>,
  ): DataSource<Q, T> => {
    const name = { entity, upstream: 'social' } as const;
    const call = createOptionalQuery(social, endpoint, authorLimitMs, observer);
    return optional([dataSource(name, okOnly('social', call))], name);
  };
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
      people: shared(identity, findPeople(limits)),
      userByName: shared(identity, getUserByName(limits)),
      page: shared(social, getPostPage(limits, include)),
      counts: shared(social, getCounts(limits)),
      feed: personal(social, getFeed(limits, include)),
      friends: personal(social, getFriends(limits)),
      friendRequests: personal(social, getFriendRequests(limits)),
      me: personal(identity, getMe(limits)),
      ownSessions: personal(identity, getOwnSessions(limits)),
      homeRequests: dispensable('requests', {
        ...getFriendRequests(limits),
        name: 'home_requests',
      }),
      ownCounts: dispensable('counts', getOwnCounts(limits)),
      friendship: dispensable('friendship', getFriendship(limits)),
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
    sharedQueries,
  };
}
