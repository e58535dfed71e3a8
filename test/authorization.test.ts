// Who may do what: every operation of every document × every kind of caller. An operation without a row fails.
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { documentNames, loadDocument, type DocumentName } from 'contracts/document';
import type { Session } from 'contracts/types';
import { claimsOf, signingKey, unsigned } from 'chassis/testing/tokens';
import { PASSWORD } from 'chassis/testing/users';
import { accessToken } from 'contracts/tokens';
import { startServices, type Services } from './support/in-process.ts';

jest.setTimeout(60_000);

/** The statuses that callers get: who has no token, the owner, another user, and each of those with a forged one. */
interface Expected {
  readonly nobody: number;
  readonly forged: number;
  readonly other: number;
  readonly owner: number;
}

interface Row {
  readonly path: (world: World) => string;
  readonly body?: (world: World) => object;
  readonly expected: Expected;
}

/** What an operation is tried on: `owner` has written `post`; `third` is somebody else again. */
interface World {
  readonly owner: Session;
  readonly other: Session;
  readonly third: Session;
  readonly post: number;
}

type Path = Row['path'] | string;
const row = (expected: Expected, path: Path, body?: Row['body']): Row => ({
  path: typeof path === 'string' ? () => path : path,
  ...(body && { body }),
  expected,
});
/** For everybody; a token, good or bad, changes nothing. */
const open = (status: number, path: Path, body?: Row['body']): Row =>
  row({ nobody: status, forged: status, other: status, owner: status }, path, body);
/** For everybody who is logged in, about themselves. */
const own = (status: number, path: Path, body?: Row['body']): Row =>
  row({ nobody: 401, forged: 401, other: status, owner: status }, path, body);
/** For the owner alone. */
const owners = (status: number, path: Path, body?: Row['body']): Row =>
  row({ nobody: 401, forged: 401, other: 403, owner: status }, path, body);

const post = ({ post: id }: World): string => `/api/posts/${id}`;
const friend = ({ third: { user } }: World): string => `/api/friends/${user.id}`;
const content = (): object => ({ content: 'Written by whom?' });
const credentials = ({ third: { user } }: World): object => ({
  username: user.username,
  password: PASSWORD,
});
const refreshToken = ({ third: { refreshToken: token } }: World): object => ({
  refreshToken: token,
});
const newUser = ({ post: id }: World): object => ({
  username: `new_${id}_${(counter += 1)}`,
  email: `new_${id}_${counter}@example.org`,
  password: PASSWORD,
});
let counter = 0;
const email = (): object => ({
  email: `moved_${(counter += 1)}@example.org`,
  currentPassword: PASSWORD,
});
const confirmation = (): object => ({ currentPassword: PASSWORD });

const rows: Readonly<Record<DocumentName, Readonly<Record<string, Row>>>> = {
  identity: {
    getUser: open(200, '/api/users/1'),
    listUsers: open(200, '/api/users?ids=1'),
    createUser: open(201, '/api/users', newUser),
    createSession: open(201, '/api/sessions', credentials),
    refreshSession: open(200, '/api/sessions/refresh', refreshToken),
    deleteSession: own(204, '/api/sessions/current'),
    getMe: own(200, '/api/me'),
    updateMe: own(200, '/api/me', email),
    deleteMe: own(204, '/api/me', confirmation),
    getKeys: open(200, '/.well-known/jwks.json'),
    listUserEvents: open(200, '/api/user-events'),
  },
  social: {
    getPost: open(200, post),
    updatePost: owners(200, post, content),
    deletePost: owners(204, post),
    listPosts: open(200, '/api/posts?ids=1'),
    createPost: own(201, '/api/posts', content),
    getFeed: own(200, '/api/feed'),
    listFriends: own(200, '/api/friends'),
    listFriendRequests: own(200, '/api/friend-requests'),
    putFriend: own(200, friend),
    deleteFriend: own(204, friend),
    listAuthors: open(200, '/api/authors?ids=1'),
    getUserCounts: open(200, '/api/users/1/counts'),
  },
  gateway: {
    getPost: open(200, post),
    updatePost: owners(200, post, content),
    deletePost: owners(204, post),
    listPosts: open(200, '/api/posts?ids=1'),
    createPost: own(201, '/api/posts', content),
    getUser: open(200, '/api/users/1'),
    listUserPosts: open(200, '/api/users/1/posts'),
    getUserProfile: open(200, '/api/users/1/profile'),
    getFeed: own(200, '/api/feed'),
    listFriends: own(200, '/api/friends'),
    listFriendRequests: own(200, '/api/friends/requests'),
    putFriend: own(200, friend),
    deleteFriend: own(204, friend),
    register: open(201, '/api/auth/register', newUser),
    login: open(200, '/api/auth/login', credentials),
    // A browser's alone: it is about a cookie, and no token counts.
    refresh: open(401, '/api/auth/refresh'),
    // Who has no session has what logging out wants.
    logout: row({ nobody: 204, forged: 401, other: 204, owner: 204 }, '/api/auth/logout'),
    createToken: open(200, '/api/auth/token', credentials),
    getMe: own(200, '/api/me'),
    updateMe: own(200, '/api/me', email),
    deleteMe: own(204, '/api/me', confirmation),
    getOpenApi: open(200, '/api/openapi.json'),
    getDocs: open(200, '/api/docs'),
    getDocsFile: open(200, '/api/docs/start.js'),
  },
};

let services: Services;
beforeAll(async () => {
  services = await startServices();
});
afterAll(() => services.stop());

async function newWorld(): Promise<World> {
  const [owner, other, third] = await Promise.all([
    services.register(),
    services.register(),
    services.register(),
  ]);
  const answer = await fetch(`${services.social.url}/api/posts`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${owner.accessToken}`,
      'Content-Type': 'application/json',
    },
    body: JSON.stringify({ content: 'Mine.' }),
  });
  return { owner, other, third, post: ((await answer.json()) as { id: number }).id };
}

/** Every kind of caller, the owner last: the owner's request may delete what the others are tried on. */
function callers({ owner, other }: World) {
  const { key } = services;
  const otherKey = signingKey(accessToken, key.jwk.kid);
  const claims = claimsOf(owner.accessToken);
  const past = Math.floor(Date.now() / 1000) - 1;
  return [
    ['nobody', 'nobody', undefined],
    ['an expired token', 'forged', key.sign({ ...claims, exp: past })],
    ['a token of another key', 'forged', otherKey.sign(claims)],
    ['alg: none', 'forged', unsigned(owner.accessToken)],
    ['another audience', 'forged', key.sign({ ...claims, aud: 'urn:elsewhere' })],
    ['another user', 'other', other.accessToken],
    ['the owner', 'owner', owner.accessToken],
  ] as const;
}

const operationsOf = (name: DocumentName) =>
  Object.values(loadDocument(name).paths).flatMap((path) =>
    Object.entries(path)
      .filter(([, operation]) => operation.operationId !== undefined)
      .map(([method, { operationId, security }]) => ({
        method: method.toUpperCase(),
        operationId,
        security,
      })),
  );

describe.each(documentNames)('%s', (name) => {
  const operations = operationsOf(name);

  test('has a row for every operation, and none for what is gone', () => {
    const documented = operations.map(({ operationId }) => operationId);
    expect(Object.keys(rows[name]).toSorted()).toEqual(documented.toSorted());
  });

  test.each(operations)('$operationId', async ({ method, operationId }) => {
    const { path, body, expected } = rows[name][operationId]!;
    const world = await newWorld();
    const found: Record<string, number> = {};
    const wanted: Record<string, number> = {};
    for (const [who, kind, token] of callers(world)) {
      const headers = {
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
        ...(body && { 'Content-Type': 'application/json' }),
      };
      const answer = await fetch(services[name].url + path(world), {
        method,
        headers,
        ...(body && { body: JSON.stringify(body(world)) }),
      });
      await answer.arrayBuffer();
      found[who] = answer.status;
      wanted[who] = expected[kind];
    }
    expect(found).toEqual(wanted);
  });

  test('a document says who has to be logged in, as it is', () => {
    for (const { operationId, security } of operations) {
      const { expected } = rows[name][operationId]!;
      const closed =
        (security ?? []).length > 0 && security!.every((way) => Object.keys(way).length > 0);
      expect([operationId, closed]).toEqual([operationId, expected.nobody === 401]);
    }
  });
});
