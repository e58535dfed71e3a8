// What Social knows and does: posts, friends, feeds.
import type { FakeReplica } from './replica.ts';
import { subjectOf } from './tokens.ts';
import { problem, type Handler, type StubResponse, type ReceivedRequest } from './upstream.ts';
import { authorOf, postOf, timeOf, type Population } from './world.ts';

/** Whom a user asked to be friends with, or was asked by, in the beginning; and the friends. */
export const friendsOf = (id: number): number[] => [id + 1, id + 2, id + 3];
export const requestsOf = (id: number) => ({ incoming: [id + 4], outgoing: [id + 5, id + 6] });
const FRIENDS = 3;

type Post = ReturnType<typeof postOf>;

const ok = (body: object): StubResponse => ({ status: 200, body });
const ONESELF = { errors: [{ pointer: '/path/id', detail: 'expected the id of another user' }] };
const viewerOf = ({ headers }: ReceivedRequest): number =>
  subjectOf(headers.authorization?.replace('Bearer ', '')) ?? 0;

/** All ids up to this one, newest first. */
const below = (start: number): number[] =>
  Array.from({ length: Math.max(0, start) }, (_, index) => start - index);

export function networkOf(population: Population, copy: FakeReplica): Handler {
  /** What is not as in the beginning; null for what is gone. */
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
  /** With what the query asks to be put beside them. */
  const told = (one: Post, query: URLSearchParams) =>
    query.get('include') === 'author' ? { ...one, author: copy.get(one.authorId) } : one;
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
        wanted && ok({ items: wanted.map((id) => copy.get(id)).filter((one) => one !== null) })
      );
    const [, id] = /^\/api\/posts\/(\d+)$/.exec(path) ?? [];
    if (id !== undefined) {
      const one = post(Number(id));
      return one && ok(told(one, query));
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
      return ok({ items: items.map((one) => told(one, query)), nextCursor: null });
    }
    return wanted && ok({ items: found(wanted).map((one) => told(one, query)) });
  };
  /** Of the viewer: everybody's feed is another one. */
  const own = (viewer: number, path: string, query: URLSearchParams): StubResponse | undefined => {
    const limit = Number(query.get('limit') ?? 20);
    const page = (items: object[]) => ok({ items: items.slice(0, limit), nextCursor: null });
    const { incoming, outgoing } = requestsOf(viewer);
    if (path === '/api/feed')
      return page(found(below(newest - viewer)).map((one) => told(one, query)));
    if (path === '/api/friends')
      return page(friendsOf(viewer).map((id) => ({ id, since: timeOf(id) })));
    if (path !== '/api/friend-requests') return undefined;
    const ids = query.get('direction') === 'outgoing' ? outgoing : incoming;
    return page(ids.map((id) => ({ id, requestedAt: timeOf(id) })));
  };
  const writes = (seen: ReceivedRequest, target: URL): StubResponse | undefined => {
    const viewer = viewerOf(seen);
    const { content = '' } = (seen.body ?? {}) as { content?: string };
    const [, room, text] = /^\/api\/(posts|friends)(?:\/(\d+))?$/.exec(target.pathname) ?? [];
    const id = Number(text);
    if (room === 'friends') {
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

/** A post that a user wrote. */
export const postIdBy = (userId: number, population?: Population): number => {
  const id = userId - 1;
  if (authorOf(id, population) !== userId) throw new Error('the stubs have other posts');
  return id;
};
