// Builds what the gateway holds, and closes it: upstreams, memories, and the parts that views are made of.
import type { Metrics } from 'chassis/metrics';
import type { Post, User } from 'contracts/types';
import type { Settings } from './config.ts';
import { within, type Call } from './upstream/call.ts';
import type { UpstreamName } from './upstream/failure.ts';
import { getUsers } from './upstream/identity.ts';
import type { Breaker } from './upstream/breaker.ts';
import { createLookups } from './upstream/lookup.ts';
import { createMemories, showLevels } from './memories.ts';
import { createFacts } from './upstream/memory.ts';
import type { Observer } from './upstream/observer.ts';
import { openUpstream, type Upstream } from './upstream/open.ts';
import { createQuestion } from './upstream/question.ts';
import { getCounts, getPostPage, getPosts } from './upstream/social.ts';
import { lookUp, optional, required } from './views/part.ts';
import type { Parts } from './views/parts.ts';

// A list holds up to a hundred posts of 5,000 characters: more than UPSTREAM_MAX_BYTES, which bounds one thing.
const LIST_FACTOR = 4;
const BREAKER_WINDOW_MS = 10_000;
const FACTS_MAX = 200_000;

export interface Wiring {
  readonly parts: Parts;
  readonly breakers: readonly Breaker[];
  /** Told of each breaker's change; returns a function that ends that. */
  onBreakerChange(listener: () => void): () => void;
  close(): Promise<void>;
}

export function wire(settings: Settings, observer: Observer, metrics: Metrics): Wiring {
  const listeners = new Set<() => void>();
  const open = (name: UpstreamName, origin: string): Upstream =>
    openUpstream({
      name,
      origin,
      connections: settings.UPSTREAM_CONNECTIONS,
      limitMs: settings.REQUEST_DEADLINE_MS,
      breaker: {
        errorPercent: settings.BREAKER_ERROR_PERCENT,
        volume: settings.BREAKER_VOLUME,
        resetMs: settings.BREAKER_RESET_MS,
        windowMs: BREAKER_WINDOW_MS,
      },
      observer,
      onBreakerChange: () => {
        for (const listener of listeners) listener();
      },
    });
  const identity = open('identity', settings.IDENTITY_URL);
  const social = open('social', settings.SOCIAL_URL);
  const memories = createMemories(settings);
  showLevels(metrics, [identity, social], memories);

  const bounds = {
    one: settings.UPSTREAM_MAX_BYTES,
    list: LIST_FACTOR * settings.UPSTREAM_MAX_BYTES,
  };
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
    operation: getPosts(bounds),
    memory: settings.POST_TTL_MS === 0 ? undefined : memories.post,
    limitMs: settings.REQUEST_DEADLINE_MS,
    repaired: false,
    observer,
  });
  const page = createQuestion(
    social,
    getPostPage(bounds),
    ({ authorId, limit, cursor = '' }) => `${authorId} ${limit} ${cursor}`,
    settings.REQUEST_DEADLINE_MS,
    observer,
  );
  const counts = createQuestion(
    social,
    getCounts(bounds),
    (id) => id,
    settings.REQUEST_DEADLINE_MS,
    observer,
  );

  const patient: Call<number, User | undefined> = (id, caller) =>
    users.call(id, within(caller, settings.AUTHOR_DEADLINE_MS));
  const author = { thing: 'author', upstream: 'identity' } as const;
  const identitysAuthor = lookUp(author, patient);
  const uncached = { thing: undefined, upstream: 'social' } as const;
  return {
    parts: {
      post: required(lookUp({ thing: 'post', upstream: 'social' }, posts.call)),
      // The ladder. A further rung, such as Social's own copy, is one more part in this list.
      author: optional([identitysAuthor], author),
      user: required(identitysAuthor),
      page: lookUp(uncached, page),
      counts: lookUp(uncached, counts),
      authorOf: createFacts(FACTS_MAX),
    },
    breakers: [identity.breaker, social.breaker],
    onBreakerChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      users.close();
      posts.close();
      await Promise.all([identity.close(), social.close()]);
    },
  };
}
