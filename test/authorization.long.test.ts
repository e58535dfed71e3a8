// Which callers may use which endpoint: every endpoint of every document × every kind of caller. Each needs a row.
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { documentNames, loadDocument, type DocumentName } from 'contracts/document';
import type { Session } from 'contracts/types';
import { claimsOf, signingKey, unsigned } from 'chassis/testing/tokens';
import { PASSWORD } from 'chassis/testing/users';
import { accessToken, socialToken } from 'contracts/tokens';
import { startServices, type Services } from './support/in-process.ts';

jest.setTimeout(60_000);

/** Statuses for callers: without a token, with a forged token, another user, and the owner. */
interface Expected {
  readonly anonymous: number;
  readonly forged: number;
  readonly other: number;
  readonly owner: number;
}

interface Row {
  readonly path: (fixture: Fixture) => string;
  readonly body?: (fixture: Fixture) => object;
  readonly expected: Expected;
}

/** Users and a post for the requests of one endpoint: `owner` wrote `post`; `third` is a third user. */
interface Fixture {
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
/** An endpoint with the same status for all callers, whether or not they have a valid token. */
const open = (status: number, path: Path, body?: Row['body']): Row =>
  row({ anonymous: status, forged: status, other: status, owner: status }, path, body);
/** An endpoint for every authenticated user. */
const authenticated = (status: number, path: Path, body?: Row['body']): Row =>
  row({ anonymous: 401, forged: 401, other: status, owner: status }, path, body);
/** An endpoint for the owner only. */
const ownerOnly = (status: number, path: Path, body?: Row['body']): Row =>
  row({ anonymous: 401, forged: 401, other: 403, owner: status }, path, body);

const post = ({ post: id }: Fixture): string => `/api/posts/${id}`;
const friend = ({ third: { user } }: Fixture): string => `/api/friends/${user.id}`;
const ownSession = ({ owner }: Fixture): string =>
  `/api/me/sessions/${String(claimsOf(owner.accessToken)['sid'])}`;
const content = (): object => ({ content: 'Some content.' });
const credentials = ({ third: { user } }: Fixture): object => ({
  username: user.username,
  password: PASSWORD,
});
const refreshToken = ({ third: { refreshToken: token } }: Fixture): object => ({
  refreshToken: token,
});
const newUser = ({ post: id }: Fixture): object => ({
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
    getUserByName: open(200, '/api/users/by-name/cat_sun_dog'),
    createUser: open(201, '/api/users', newUser),
    createSession: open(201, '/api/sessions', credentials),
    refreshSession: open(200, '/api/sessions/refresh', refreshToken),
    deleteSession: authenticated(204, '/api/sessions/current'),
    getMe: authenticated(200, '/api/me'),
    updateMe: authenticated(200, '/api/me', email),
    deleteMe: authenticated(204, '/api/me', confirmation),
    listOwnSessions: authenticated(200, '/api/me/sessions'),
    deleteOtherSessions: authenticated(204, '/api/me/sessions'),
    deleteOwnSession: row({ anonymous: 401, forged: 401, other: 404, owner: 204 }, ownSession),
    getKeys: open(200, '/.well-known/jwks.json'),
    listUserEvents: open(200, '/api/user-events'),
    listEndedSessions: open(200, '/api/ended-sessions'),
  },
  social: {
    getPost: open(200, post),
    updatePost: ownerOnly(200, post, content),
    deletePost: ownerOnly(204, post),
    listPosts: open(200, '/api/posts?ids=1'),
    createPost: authenticated(201, '/api/posts', content),
    getFeed: authenticated(200, '/api/feed'),
    listFriends: authenticated(200, '/api/friends'),
    listFriendRequests: authenticated(200, '/api/friend-requests'),
    getFriendship: authenticated(200, friend),
    putFriend: authenticated(200, friend),
    deleteFriend: authenticated(204, friend),
    listAuthors: open(200, '/api/authors?ids=1'),
    getUserCounts: open(200, '/api/users/1/counts'),
    getOwnCounts: authenticated(200, '/api/counts'),
    listSocialEvents: open(200, '/api/social-events'),
  },
  gateway: {
    getPost: open(200, post),
    updatePost: ownerOnly(200, post, content),
    deletePost: ownerOnly(204, post),
    listPosts: open(200, '/api/posts?ids=1'),
    createPost: authenticated(201, '/api/posts', content),
    getUser: open(200, '/api/users/1'),
    findUsers: open(200, '/api/users?username=cat'),
    getUserByName: open(200, '/api/users/by-name/cat_sun_dog'),
    listUserPosts: open(200, '/api/users/1/posts'),
    getUserProfile: open(200, '/api/users/1/profile'),
    getFeed: authenticated(200, '/api/feed'),
    getHome: authenticated(200, '/api/home'),
    getLive: authenticated(200, '/api/live'),
    listFriends: authenticated(200, '/api/friends'),
    listFriendRequests: authenticated(200, '/api/friends/requests'),
    putFriend: authenticated(200, friend),
    deleteFriend: authenticated(204, friend),
    register: open(201, '/api/auth/register', newUser),
    login: open(200, '/api/auth/login', credentials),
    // Needs the cookie of a browser; an access token has no effect.
    refresh: open(401, '/api/auth/refresh'),
    // A caller without a session is already logged out.
    logout: row({ anonymous: 204, forged: 401, other: 204, owner: 204 }, '/api/auth/logout'),
    createToken: open(200, '/api/auth/token', credentials),
    getMe: authenticated(200, '/api/me'),
    updateMe: authenticated(200, '/api/me', email),
    deleteMe: authenticated(204, '/api/me', confirmation),
    listOwnSessions: authenticated(200, '/api/me/sessions'),
    deleteOtherSessions: authenticated(204, '/api/me/sessions'),
    deleteOwnSession: row({ anonymous: 401, forged: 401, other: 404, owner: 204 }, ownSession),
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

async function newFixture(): Promise<Fixture> {
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

/** Returns every kind of caller. The owner is last, because the owner's request may delete the post. */
function callers({ owner, other }: Fixture, name: DocumentName) {
  const { key } = services;
  const otherKey = signingKey(accessToken, key.jwk.kid);
  const claims = claimsOf(owner.accessToken);
  const forSocial = (claims['tokens'] as unknown as Record<string, string>)[socialToken.audience]!;
  const past = Math.floor(Date.now() / 1000) - 1;
  return [
    ['no token', 'anonymous', undefined],
    ['an expired token', 'forged', key.sign({ ...claims, exp: past })],
    ['a token of another key', 'forged', otherKey.sign(claims)],
    ['alg: none', 'forged', unsigned(owner.accessToken)],
    ['another audience', 'forged', key.sign({ ...claims, aud: 'urn:elsewhere' })],
    // Who owns Social must not be able to act for its users elsewhere.
    ...(name === 'social' ? [] : ([['the token for Social', 'forged', forSocial]] as const)),
    ['another user', 'other', other.accessToken],
    ['the owner', 'owner', owner.accessToken],
  ] as const;
}

const endpointsOf = (name: DocumentName) =>
  Object.values(loadDocument(name).paths).flatMap((path) =>
    Object.entries(path)
      .filter(([, { operationId }]) => operationId !== undefined)
      .map(([method, { operationId, security }]) => ({
        method: method.toUpperCase(),
        operationId,
        security,
      })),
  );

describe.each(documentNames)('%s', (name) => {
  const endpoints = endpointsOf(name);

  test('has a row for every endpoint, and no other rows', () => {
    const documented = endpoints.map(({ operationId }) => operationId);
    expect(Object.keys(rows[name]).toSorted()).toEqual(documented.toSorted());
  });

  test.each(endpoints)(
    '$operationId answers each caller with the expected status',
    async ({ method, operationId }) => {
      const { path, body, expected } = rows[name][operationId]!;
      const fixture = await newFixture();
      const statuses: Record<string, number> = {};
      const expectedStatuses: Record<string, number> = {};
      for (const [caller, kind, token] of callers(fixture, name)) {
        const headers = {
          ...(token !== undefined && { Authorization: `Bearer ${token}` }),
          ...(body && { 'Content-Type': 'application/json' }),
        };
        const answer = await fetch(services[name].url + path(fixture), {
          method,
          headers,
          ...(body && { body: JSON.stringify(body(fixture)) }),
        });
        // A live stream does not end by itself.
        if (operationId === 'getLive') await answer.body?.cancel();
        else await answer.arrayBuffer();
        statuses[caller] = answer.status;
        expectedStatuses[caller] = expected[kind];
      }
      expect(statuses).toEqual(expectedStatuses);
    },
  );

  test('documents correctly which endpoints need authentication', () => {
    for (const { operationId, security } of endpoints) {
      const { expected } = rows[name][operationId]!;
      const needsToken =
        (security ?? []).length > 0 && security!.every((scheme) => Object.keys(scheme).length > 0);
      expect([operationId, needsToken]).toEqual([operationId, expected.anonymous === 401]);
    }
  });
});
