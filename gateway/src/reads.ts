// Makes the parts that views are made of: what is looked up and remembered, what is only asked, what depends on who asks.
import type { Post, User } from 'contracts/types';
import type { Settings } from './config.ts';
import type { createMemories } from './memories.ts';
import { getMe } from './upstream/accounts.ts';
import { getUsers } from './upstream/identity.ts';
import { createLookups, type Lookups } from './upstream/lookup.ts';
import { createFacts } from './upstream/memory.ts';
import { getFeed, getFriendRequests, getFriends } from './upstream/network.ts';
import type { Observer } from './upstream/observer.ts';
import type { Asked, Upstream } from './upstream/open.ts';
import type { Bounds, Operation } from './upstream/operation.ts';
import { createPrivateQuestion, createQuestion, type Renewable } from './upstream/question.ts';
import { getAuthors, getCounts, getPostPage, getPosts } from './upstream/social.ts';
import { authorLadder } from './views/ladder.ts';
import { lookUp, required } from './views/part.ts';
import type { Parts } from './views/parts.ts';

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
