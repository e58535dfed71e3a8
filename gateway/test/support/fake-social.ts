// A fake Social on a real socket: posts, friends, feeds, and a replica of Identity's users. Users exist as in a fake
// Identity with as many; posts are written by them in turn. What requests and tests change stays changed.
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
import { POPULATION, postOf, timeOf, type Population } from './fixtures.ts';

export interface FakeSocial extends StubServer {
  readonly replica: FakeReplica;
}

/** The replica of the users. It consumes no events: a test says what it holds, and so how late it is. */
export interface FakeReplica {
  /** Stores a user's name; null removes the user. */
  set(id: number, username: string | null): void;
  /** Returns a user as the replica has it; null when it has none. */
  get(id: number): User | null;
}

/** The friends and the friend requests that a user has at the start. */
export const friendsOf = (id: number): number[] => [id + 1, id + 2, id + 3];
export const requestsOf = (id: number) => ({ incoming: [id + 4], outgoing: [id + 5, id + 6] });
const FRIENDS = 3;

/** Starts it. */
export async function startFakeSocial(changes: Partial<Population> = {}): Promise<FakeSocial> {
  const population = { ...POPULATION, ...changes };
  const replica = createReplica(population);
  return Object.assign(await startStub(handlerOf(population, replica)), { replica });
}

function createReplica({ authors }: Population): FakeReplica {
  const changed = new Map<number, string | null>();
  return {
    set: (id, username) => void changed.set(id, username),
    get(id) {
      const exists = Number.isInteger(id) && id >= 1 && id <= authors;
      const username = changed.has(id) ? changed.get(id)! : exists ? userOf(id).username : null;
      return username === null ? null : { id, username };
    },
  };
}

type Post = ReturnType<typeof postOf>;

const ok = (body: object): StubResponse => ({ status: 200, body });
const ONESELF = { errors: [{ pointer: '/path/id', detail: 'expected the id of another user' }] };
const viewerOf = ({ headers }: ReceivedRequest): number =>
  subjectOf(headers.authorization);

/** Returns all ids up to `start`, newest first. */
const below = (start: number): number[] =>
  Array.from({ length: Math.max(0, start) }, (_, index) => start - index);

function handlerOf(population: Population, replica: FakeReplica): Handler {
  /** Posts that are not as at the start; null for those that were deleted. */
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
  /** Adds what the query asks to include. */
  const shown = (one: Post, query: URLSearchParams) =>
    query.get('include') === 'author' ? { ...one, author: replica.get(one.authorId) } : one;
  const found = (ids: readonly number[]): Post[] =>
    ids.map(post).filter((one) => one !== undefined);
  const written = (authorId: number): Post[] =>
    found(below(newest)).filter((one) => one.authorId === authorId);

  const reads = (target: URL): StubResponse | undefined => {
    const path = target.pathname.replace(/^\/elsewhere/, '');
    const query = target.searchParams;
    const wanted = query.get('ids')?.split(',').map(Number);
    if (path === '/api/authors')
      return (
        wanted && ok({ items: wanted.map((id) => replica.get(id)).filter((one) => one !== null) })
      );
    const [, id] = /^\/api\/posts\/(\d+)$/.exec(path) ?? [];
    if (id !== undefined) {
      const one = post(Number(id));
      return one && ok(shown(one, query));
    }
    const [, user] = /^\/api\/users\/(\d+)\/counts$/.exec(path) ?? [];
    if (user !== undefined)
      return ok({
        postCount: written(Number(user)).length,
        friendCount: FRIENDS + (friends.get(Number(user)) ?? 0),
      });
    const author = query.get('authorId');
    if (author !== null) {
      const limit = Number(query.get('limit') ?? 20);
      const items = written(Number(author)).slice(0, limit);
      return ok({ items: items.map((one) => shown(one, query)), nextCursor: null });
    }
    return wanted && ok({ items: found(wanted).map((one) => shown(one, query)) });
  };
  /** Reads what belongs to the viewer. */
  const own = (viewer: number, path: string, query: URLSearchParams): StubResponse | undefined => {
    const limit = Number(query.get('limit') ?? 20);
    const page = (items: object[]) => ok({ items: items.slice(0, limit), nextCursor: null });
    const { incoming, outgoing } = requestsOf(viewer);
    if (path === '/api/feed')
      return page(found(below(newest - viewer)).map((one) => shown(one, query)));
    if (path === '/api/friends')
      return page(friendsOf(viewer).map((id) => ({ id, since: timeOf(id) })));
    if (path !== '/api/friend-requests') return undefined;
    const ids = query.get('direction') === 'outgoing' ? outgoing : incoming;
    return page(ids.map((id) => ({ id, requestedAt: timeOf(id) })));
  };
  const writes = (seen: ReceivedRequest, target: URL): StubResponse | undefined => {
    const viewer = viewerOf(seen);
    const { content = '' } = (seen.body ?? {}) as { content?: string };
    const [, resource, text] = /^\/api\/(posts|friends)(?:\/(\d+))?$/.exec(target.pathname) ?? [];
    const id = Number(text);
    if (resource === 'friends') {
      if (id === viewer) return problem('invalid-request', 'Nobody befriends themselves.', ONESELF);
      friends.set(viewer, seen.method === 'PUT' ? 1 : -1);
      return seen.method === 'PUT' ? ok({ id, state: 'requested' }) : { status: 204 };
    }
    if (seen.method === 'POST') {
      newest += 1;
      const made = { id: newest, content, authorId: viewer, createdAt: timeOf(newest) };
      changed.set(newest, made);
      return { status: 201, body: made, headers: { Location: `/api/posts/${newest}` } };
    }
    const before = post(id);
    if (before === undefined) return undefined;
    if (before.authorId !== viewer) return problem('forbidden', 'The post belongs to another user.');
    if (seen.method === 'DELETE') {
      changed.set(id, null);
      return { status: 204 };
    }
    changed.set(id, { ...before, content });
    return ok(post(id)!);
  };

  return (seen, target) => {
    if (seen.method !== 'GET' && seen.method !== 'HEAD') return writes(seen, target);
    return own(viewerOf(seen), target.pathname, target.searchParams) ?? reads(target);
  };
}
