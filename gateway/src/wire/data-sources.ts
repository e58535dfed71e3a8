// Makes the parts that views are made of: what is looked up and remembered, what is only asked, what depends on who asks.
import type { Post, User } from 'contracts/types';
import type { Settings } from '../config.ts';
import type { createMemories } from './caches.ts';
import { getMe } from '../upstream/identity/accounts.ts';
import { getUsers } from '../upstream/identity/users.ts';
import { createLookups, type Lookups } from '../upstream/loader.ts';
import { createFacts } from '../upstream/engine/cache.ts';
import { getFeed } from '../upstream/social/feed.ts';
import { getFriendRequests, getFriends } from '../upstream/social/friends.ts';
import type { Observer } from '../upstream/engine/observer.ts';
import type { Asked, Upstream } from '../upstream/upstream.ts';
import type { Bounds, Operation } from '../upstream/engine/endpoint.ts';
import { createPrivateQuestion, createQuestion, type Renewable } from '../upstream/queries.ts';
import { getAuthors } from '../upstream/social/authors.ts';
import { getCounts } from '../upstream/social/counts.ts';
import { getPostPage, getPosts } from '../upstream/social/posts.ts';
import { authorLadder } from '../views/ladder.ts';
import { lookUp, required } from '../views/data-source.ts';
import type { Parts } from '../views/catalog.ts';

const FACTS_MAX = 200_000;
const NOTHING_KNOWN: Parts['authorOf'] = { get: () => undefined, set: () => undefined };

export interface ReadOptions {
  readonly settings: Settings;
  readonly identity: Upstream;
  readonly social: Upstream;
  /** Social's copy of the names: answers can do without it. */
  readonly copy: Asked;
  readonly bounds: Bounds;
  readonly memories: ReturnType<typeof createMemories>;
  readonly observer: Observer;
}

export interface Reads {
  readonly parts: Parts;
  readonly users: Lookups<User>;
  readonly posts: Lookups<Post>;
  /** What is public, and not remembered. */
  readonly questions: readonly Renewable[];
}

export function createReads(options: ReadOptions): Reads {
  const { settings, identity, social, copy, bounds, memories, observer } = options;
  const limitMs = settings.REQUEST_DEADLINE_MS;
  const strategy = settings.AUTHOR_STRATEGY;
  const include = strategy === 'replica' ? 'author' : 'nothing';
  const users = createLookups<User>({
    upstream: identity,
    thing: 'author',
    operation: getUsers(bounds),
    memory: memories.author,
    limitMs: settings.AUTHOR_DEADLINE_MS,
    repaired: true,
    observer,
  });
  const posts = createLookups<Post>({
    upstream: social,
    thing: 'post',
    operation: getPosts(bounds, include),
    memory: settings.POST_TTL_MS === 0 ? undefined : memories.post,
    limitMs,
    repaired: false,
    observer,
  });
  const page = createQuestion(
    social,
    getPostPage(bounds, include),
    ({ authorId, limit, cursor = '' }) => `${authorId} ${limit} ${cursor}`,
    limitMs,
    observer,
  );
  const counts = createQuestion(social, getCounts(bounds), (id) => id, limitMs, observer);

  const copies = createLookups<User>({
    upstream: copy,
    thing: 'author',
    callName: 'author_copy',
    operation: getAuthors(bounds),
    memory: undefined,
    limitMs: settings.AUTHOR_DEADLINE_MS,
    repaired: false,
    observer,
  });
  const ladder = authorLadder(strategy, users.call, copies.call, settings.AUTHOR_DEADLINE_MS);
  const uncached = { thing: undefined, upstream: 'social' } as const;
  const own = <Q, T>(operation: Operation<Q, T>) =>
    lookUp(uncached, createPrivateQuestion(social, operation, observer));
  return {
    parts: {
      post: required(lookUp({ thing: 'post', upstream: 'social' }, posts.call)),
      author: ladder,
      user: required(ladder),
      page: lookUp(uncached, page.call),
      counts: lookUp(uncached, counts.call),
      feed: own(getFeed(bounds, include)),
      friends: own(getFriends(bounds)),
      friendRequests: own(getFriendRequests(bounds)),
      me: lookUp(
        { thing: undefined, upstream: 'identity' },
        createPrivateQuestion(identity, getMe(bounds), observer),
      ),
      postsBringAuthors: include === 'author',
      // Nobody needs to know before.
      authorOf: include === 'author' ? NOTHING_KNOWN : createFacts(FACTS_MAX),
    },
    users: {
      ...users,
      forget(id) {
        users.forget(id);
        copies.forget(id);
      },
    },
    posts,
    questions: [page, counts],
  };
}
