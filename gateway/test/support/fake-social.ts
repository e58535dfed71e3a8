// A fake Social on a real socket: posts, friends, feeds, and a replica of Identity's users. Its users are those of a fake
// Identity with the same number of users; they write the posts in turn. Changes by requests and tests are kept.
import { conditionOf } from 'chassis/http/validators';
import { subjectOf } from 'chassis/testing/fake-identity';
import {
  problem,
  startStub,
  type Handler,
  type ReceivedRequest,
  type StubResponse,
  type StubServer,
} from 'chassis/testing/stub-server';
import { userOf } from 'chassis/testing/users';
import type { User } from 'contracts/types';
import { createSocialEventLog, type SocialEventLog } from './social-event-log.ts';
import { POPULATION, postOf, timeOf, type Population } from './fixtures.ts';

export interface FakeSocial extends StubServer {
  readonly replica: FakeReplica;
  readonly log: SocialEventLog;
}

/** The replica of the users. It consumes no events: a test sets its names, and so how late it is. */
export interface FakeReplica {
  /** How late the replica says it is, in ms; undefined when it does not say it. */
  lagMs: number | undefined;
  /** Sets a user's name; null removes the user. */
  set(id: number, username: string | null): void;
  /** Returns the user; null when the replica has no such user. */
  get(id: number): User | null;
}

/** The friends that a user has at the start. */
export const friendsOf = (id: number): number[] => [id + 1, id + 2, id + 3];
/** The friend requests that a user has at the start. */
export const requestsOf = (id: number) => ({ incoming: [id + 4], outgoing: [id + 5, id + 6] });
const stateOf = (viewer: number, other: number): string => {
  const { incoming, outgoing } = requestsOf(viewer);
  if (friendsOf(viewer).includes(other)) return 'friends';
  if (incoming.includes(other)) return 'incoming';
  return outgoing.includes(other) ? 'requested' : 'none';
};
const FRIENDS = 3;

/** Starts a fake Social with this population. */
export async function startFakeSocial(changes: Partial<Population> = {}): Promise<FakeSocial> {
  const population = { ...POPULATION, ...changes };
  const replica = createReplica(population);
  const log = createSocialEventLog();
  return Object.assign(await startStub(handlerOf(population, replica, log)), { replica, log });
}

function createReplica({ authors }: Population): FakeReplica {
  const changed = new Map<number, string | null>();
  return {
    lagMs: undefined,
    set: (id, username) => void changed.set(id, username),
    get(id) {
      const exists = Number.isInteger(id) && id >= 1 && id <= authors;
      const username = changed.has(id) ? changed.get(id)! : exists ? userOf(id).username : null;
      return username === null ? null : { id, username };
    },
  };
}

type Post = ReturnType<typeof postOf> & { readonly editedAt?: string };

const ok = (body: object): StubResponse => ({ status: 200, body });
const OWN_ID = { errors: [{ pointer: '/path/id', detail: 'expected the id of another user' }] };
const viewerOf = ({ headers }: ReceivedRequest): number => subjectOf(headers.authorization);

/** Returns all ids up to `start`, newest first. */
const below = (start: number): number[] =>
  Array.from({ length: Math.max(0, start) }, (_, index) => start - index);

function handlerOf(population: Population, replica: FakeReplica, log: SocialEventLog): Handler {
  /** The posts that were changed, by id; null for a deleted post. */
  const changed = new Map<number, Post | null>();
  const friends = new Map<number, number>();
  let newest = population.posts;

  const post = (id: number): Post | undefined => {
    const known = changed.get(id);
    if (known !== undefined) return known ?? undefined;
    return Number.isInteger(id) && id >= 1 && id <= population.posts
      ? postOf(id, population)
      : undefined;
  };
  /** Adds the author when the query includes it. */
  const withIncluded = (item: Post, query: URLSearchParams) =>
    query.get('include') === 'author' ? { ...item, author: replica.get(item.authorId) } : item;
  const existing = (ids: readonly number[]): Post[] =>
    ids.map(post).filter((item) => item !== undefined);
  const friendCountOf = (user: number): number => FRIENDS + (friends.get(user) ?? 0);
  const postsBy = (authorId: number): Post[] =>
    existing(below(newest)).filter((item) => item.authorId === authorId);

  const publicReads = (target: URL): StubResponse | undefined => {
    const path = target.pathname.replace(/^\/elsewhere/, '');
    const query = target.searchParams;
    const ids = query.get('ids')?.split(',').map(Number);
    if (path === '/api/authors')
      return (
        ids &&
        ok({
          items: ids.map((id) => replica.get(id)).filter((item) => item !== null),
          ...(replica.lagMs !== undefined && { lagMs: replica.lagMs }),
        })
      );
    const [, id] = /^\/api\/posts\/(\d+)$/.exec(path) ?? [];
    if (id !== undefined) {
      const item = post(Number(id));
      return item && ok(withIncluded(item, query));
    }
    const [, user] = /^\/api\/users\/(\d+)\/counts$/.exec(path) ?? [];
    if (user !== undefined)
      return ok({
        postCount: postsBy(Number(user)).length,
        friendCount: friendCountOf(Number(user)),
      });
    const author = query.get('authorId');
    if (author !== null) {
      const limit = Number(query.get('limit') ?? 20);
      const items = postsBy(Number(author)).slice(0, limit);
      return ok({ items: items.map((item) => withIncluded(item, query)), nextCursor: null });
    }
    return ids && ok({ items: existing(ids).map((item) => withIncluded(item, query)) });
  };
  /** Serves the viewer's own lists. */
  const privateReads = (
    viewer: number,
    path: string,
    query: URLSearchParams,
  ): StubResponse | undefined => {
    const limit = Number(query.get('limit') ?? 20);
    const page = (items: object[]) => ok({ items: items.slice(0, limit), nextCursor: null });
    const { incoming, outgoing } = requestsOf(viewer);
    if (path === '/api/counts')
      return ok({
        postCount: postsBy(viewer).length,
        friendCount: friendCountOf(viewer),
        requestCount: incoming.length,
      });
    if (path === '/api/feed')
      return page(existing(below(newest - viewer)).map((item) => withIncluded(item, query)));
    if (path === '/api/friends')
      return page(friendsOf(viewer).map((id) => ({ id, since: timeOf(id) })));
    const [, other] = /^\/api\/friends\/(\d+)$/.exec(path) ?? [];
    if (other !== undefined)
      return ok({ id: Number(other), state: stateOf(viewer, Number(other)) });
    if (path !== '/api/friend-requests') return undefined;
    const ids = query.get('direction') === 'outgoing' ? outgoing : incoming;
    return page(ids.map((id) => ({ id, requestedAt: timeOf(id) })));
  };
  const writes = (request: ReceivedRequest, target: URL): StubResponse | undefined => {
    const viewer = viewerOf(request);
    const { content = '' } = (request.body ?? {}) as { content?: string };
    const [, resource, text] = /^\/api\/(posts|friends)(?:\/(\d+))?$/.exec(target.pathname) ?? [];
    const id = Number(text);
    if (resource === 'friends') {
      if (id === viewer) return problem('invalid-request', 'The id is your own.', OWN_ID);
      friends.set(viewer, request.method === 'PUT' ? 1 : -1);
      log.friendship(
        request.method === 'PUT' ? 'FriendshipRequested' : 'FriendshipEnded',
        viewer,
        id,
      );
      return request.method === 'PUT' ? ok({ id, state: 'requested' }) : { status: 204 };
    }
    if (request.method === 'POST') {
      newest += 1;
      const created = { id: newest, content, authorId: viewer, createdAt: timeOf(newest) };
      changed.set(newest, created);
      log.post('PostCreated', newest, viewer);
      return { status: 201, body: created, headers: { Location: `/api/posts/${newest}` } };
    }
    const before = post(id);
    if (before === undefined) return undefined;
    if (before.authorId !== viewer)
      return problem('forbidden', 'The post belongs to another user.');
    if (conditionOf(request)?.(before) === false) return problem('precondition-failed');
    if (request.method === 'DELETE') {
      changed.set(id, null);
      log.post('PostDeleted', id, viewer);
      return { status: 204 };
    }
    changed.set(id, { ...before, content, editedAt: timeOf(newest) });
    log.post('PostChanged', id, viewer);
    return ok(post(id)!);
  };

  return (request, target) => {
    if (target.pathname === '/api/social-events') return log.read(target.searchParams);
    if (request.method !== 'GET' && request.method !== 'HEAD') return writes(request, target);
    return (
      privateReads(viewerOf(request), target.pathname, target.searchParams) ?? publicReads(target)
    );
  };
}
