// GET, PATCH, DELETE /api/me over real sockets.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { embeddedDatabase, type TestDatabase } from 'chassis/testing/database';
import { PASSWORD } from 'chassis/testing/users';
import {
  type Identity,
  meOf,
  pointersOf,
  sessionOf,
  type RegisteredUser,
  withBearer,
  startIdentity,
} from '../support/service.ts';

let database: TestDatabase;
let identity: Identity;
beforeAll(async () => {
  database = await embeddedDatabase();
  identity = await startIdentity(database);
});
afterAll(async () => {
  await identity.stop();
  await database.remove();
});

const get = ({ bearer }: RegisteredUser) => identity.request('/api/me', { headers: bearer });
type Headers = Readonly<Record<string, string>>;
const patch = ({ bearer }: RegisteredUser, body: object, headers: Headers = {}) =>
  identity.request('/api/me', { method: 'PATCH', headers: { ...bearer, ...headers }, json: body });
const deleteAccount = (
  { bearer }: RegisteredUser,
  currentPassword: string,
  headers: Headers = {},
) =>
  identity.request('/api/me', {
    method: 'DELETE',
    headers: { ...bearer, ...headers },
    json: { currentPassword },
  });

const etagOf = async (session: RegisteredUser) => ({
  'If-Match': (await get(session)).headers['etag'] as string,
});

describe.each(['GET', 'PATCH', 'DELETE'])('%s /api/me without a session', (method) => {
  const request = (headers: Record<string, string>) =>
    identity.request('/api/me', {
      method,
      headers,
      ...(method !== 'GET' && { json: { nonsense: true } }),
    });

  test.each<[name: string, headers: Record<string, string>]>([
    ['no headers', {}],
    ['a bearer token that is no JWT', { Authorization: 'Bearer x' }],
    ['another scheme', { Authorization: 'Basic Y2F0OmRvZw==' }],
    ['a user id in a header of its own', { 'X-User-Id': '1' }],
  ])('is a 401 with %s, whatever is in the body', async (_, headers) => {
    const response = await request(headers);
    expect(response.status).toBe(401);
    expect(response.headers['www-authenticate']).toBe('Bearer');
  });
});

describe('GET /api/me', () => {
  test('returns the viewer’s own account with its e-mail, which only that client may cache', async () => {
    const session = await identity.register('reader');
    const response = await get(session);
    expect(response.status).toBe(200);
    expect(response.body).toEqual({ ...session.user, email: 'reader@example.org' });
    expect(response.headers['cache-control']).toBe('private, no-cache');
  });
});

describe('PATCH /api/me', () => {
  test('changes the name without a password, and publishes it at once', async () => {
    const session = await identity.register('caterpillar');
    const response = await patch(session, { username: 'butterfly' });
    expect(response.status).toBe(200);
    expect(response.body).toEqual({
      id: session.user.id,
      username: 'butterfly',
      email: 'caterpillar@example.org',
    });
    expect(response.headers['ratelimit']).toBeUndefined();
    expect((await identity.request(`/api/users/${session.user.id}`)).body).toMatchObject({
      username: 'butterfly',
    });
    expect((await identity.logIn('butterfly')).status).toBe(201);
    expect((await identity.logIn('caterpillar')).status).toBe(401);
    expect(sessionOf(await identity.refresh(session.refreshToken)).user.username).toBe('butterfly');
  });

  test('accepts the viewer’s own name in another case', async () => {
    const session = await identity.register('lowercase');
    expect(meOf(await patch(session, { username: 'LowerCase' })).username).toBe('LowerCase');
  });

  test('changes the e-mail only with the password', async () => {
    const session = await identity.register('mover');
    const withoutPassword = await patch(session, { email: 'moved@example.org' });
    expect([withoutPassword.status, pointersOf(withoutPassword)]).toEqual([
      400,
      ['/body/currentPassword'],
    ]);
    const response = await patch(session, {
      email: 'moved@example.org',
      currentPassword: PASSWORD,
    });
    expect(response.status).toBe(200);
    expect(meOf(response).email).toBe('moved@example.org');
    expect(response.headers['ratelimit']).toMatch(/^"account";r=10;t=\d+$/);
    expect((await identity.logIn('moved@example.org')).status).toBe(201);
    expect((await identity.logIn('mover@example.org')).status).toBe(401);
  });

  test('changes the password only with the old one, and then ends every other session', async () => {
    const session = await identity.register('changer');
    const other = withBearer(sessionOf(await identity.logIn('changer')));
    expect((await patch(session, { password: 'another one' })).status).toBe(400);
    const response = await patch(session, { password: 'another one', currentPassword: PASSWORD });
    expect(response.status).toBe(200);
    expect((await get(other)).status).toBe(401);
    expect((await identity.refresh(other.refreshToken)).status).toBe(401);
    expect((await get(session)).status).toBe(200);
    expect((await identity.refresh(session.refreshToken)).status).toBe(200);
    expect((await identity.logIn('changer')).status).toBe(401);
    expect((await identity.logIn('changer', 'another one')).status).toBe(201);
  });

  test('changes name, e-mail and password at once', async () => {
    const session = await identity.register('all_new');
    const response = await patch(session, {
      username: 'all_newer',
      email: 'newer@example.org',
      password: 'something else',
      currentPassword: PASSWORD,
    });
    expect(response.body).toEqual({
      id: session.user.id,
      username: 'all_newer',
      email: 'newer@example.org',
    });
    expect((await identity.logIn('newer@example.org', 'something else')).status).toBe(201);
  });

  test('answers with a 403 to a wrong password, and changes nothing', async () => {
    const session = await identity.register('careful');
    const response = await patch(session, {
      username: 'careless',
      email: 'x@example.org',
      currentPassword: 'not the password',
    });
    expect(response.status).toBe(403);
    expect(response.body).toMatchObject({ type: 'urn:social-network:problem:forbidden' });
    expect(response.headers['ratelimit']).toMatch(/^"account";r=9;t=\d+$/);
    expect(meOf(await get(session))).toMatchObject({ username: 'careful' });
  });

  test.each([
    ['a name', { username: 'CAT_sun_dog' }, '/body/username'],
    ['an e-mail', { email: 'Early_Bird@example.com', currentPassword: PASSWORD }, '/body/email'],
  ])(
    'answers with a 409 that points at %s that another user has, and changes nothing',
    async (name, changes, pointer) => {
      const session = await identity.register(`taker_${name.length}`);
      const response = await patch(session, {
        password: 'another one',
        currentPassword: PASSWORD,
        ...changes,
      });
      expect([response.status, pointersOf(response)]).toEqual([409, [pointer]]);
      // The password is the old one, and the session continues.
      expect((await get(session)).status).toBe(200);
      expect((await identity.logIn(session.user.username)).status).toBe(201);
    },
  );

  test.each([
    ['an empty object', {}, '/body'],
    ['the password alone', { currentPassword: PASSWORD }, '/body'],
    ['an id', { username: 'someone_new', id: 1 }, '/body/id'],
    ['a short name', { username: 'ab' }, '/body/username'],
    ['a short password', { password: 'short', currentPassword: PASSWORD }, '/body/password'],
    [
      'a password like the name',
      { password: 'Cat_Sun_Dog!', currentPassword: PASSWORD },
      '/body/password',
    ],
    [
      'a password like the new name',
      { username: 'sleepy_cat', password: 'sleepy_cat', currentPassword: PASSWORD },
      '/body/password',
    ],
    ['a null', { username: null }, '/body/username'],
  ])('rejects %s with a 400', async (_, changes, pointer) => {
    const { bearer } = withBearer(
      sessionOf(await identity.logIn('cat_sun_dog', 'sunny-side-up-2026')),
    );
    const response = await identity.request('/api/me', {
      method: 'PATCH',
      headers: bearer,
      json: changes,
    });
    expect([response.status, pointersOf(response)]).toEqual([400, [pointer]]);
  });
});

describe('DELETE /api/me', () => {
  test('with the password deletes the user with all sessions, and frees the name', async () => {
    const session = await identity.register('goodbye');
    const other = withBearer(sessionOf(await identity.logIn('goodbye')));
    expect((await deleteAccount(session, 'not the password')).status).toBe(403);
    expect((await deleteAccount(session, PASSWORD)).status).toBe(204);
    for (const each of [session, other]) {
      expect((await get(each)).status).toBe(401);
      expect((await deleteAccount(each, PASSWORD)).status).toBe(401);
      expect((await identity.refresh(each.refreshToken)).status).toBe(401);
    }
    expect((await identity.request(`/api/users/${session.user.id}`)).status).toBe(404);
    expect((await identity.logIn('goodbye')).status).toBe(401);
    expect((await identity.register('goodbye')).user.id).not.toBe(session.user.id);
  });

  test('without the password is a 400 that points at it', async () => {
    const session = await identity.register('hesitant');
    const response = await identity.request('/api/me', {
      method: 'DELETE',
      headers: session.bearer,
      json: {},
    });
    expect([response.status, pointersOf(response)]).toEqual([400, ['/body/currentPassword']]);
  });
});

describe('a session that has ended, with a token that is still valid', () => {
  test('changes and deletes nothing', async () => {
    const session = await identity.register('logged_out');
    const end = { method: 'DELETE', headers: session.bearer };
    expect((await identity.request('/api/sessions/current', end)).status).toBe(204);
    expect((await patch(session, { username: 'logged_in' })).status).toBe(401);
    expect((await deleteAccount(session, PASSWORD)).status).toBe(401);
    expect((await identity.logIn('logged_out')).status).toBe(201);
  });
});

describe('If-Match', () => {
  test('lets the user change and delete an account that has not changed since it was read', async () => {
    const session = await identity.register('matching');
    const changed = await patch(session, { username: 'matched' }, await etagOf(session));
    expect(changed.status).toBe(200);
    expect({ 'If-Match': changed.headers['etag'] }).toEqual(await etagOf(session));
    expect((await deleteAccount(session, PASSWORD, await etagOf(session))).status).toBe(204);
  });

  test('is a 412 with an older version, and changes nothing', async () => {
    const session = await identity.register('outdated');
    const headers = await etagOf(session);
    await patch(session, { username: 'renamed_here' });
    for (const response of [
      await patch(session, { username: 'renamed_there' }, headers),
      await deleteAccount(session, PASSWORD, headers),
    ]) {
      expect(response.status).toBe(412);
      expect(response.body).toMatchObject({
        type: 'urn:social-network:problem:precondition-failed',
      });
    }
    expect(meOf(await get(session)).username).toBe('renamed_here');
  });

  test('lets one of several concurrent changes of the same version succeed', async () => {
    const session = await identity.register('at_once');
    const headers = await etagOf(session);
    const responses = await Promise.all(
      [1, 2, 3, 4, 5].map((at) => patch(session, { username: `at_once_${at}` }, headers)),
    );
    const statuses = responses.map(({ status }) => status).toSorted((a, b) => a - b);
    expect(statuses).toEqual([200, 412, 412, 412, 412]);
  });

  test('is checked only after the password', async () => {
    const session = await identity.register('impatient');
    const headers = { 'If-Match': '"outdated"' };
    expect((await deleteAccount(session, 'not the password', headers)).status).toBe(403);
  });
});

test('after ten wrong passwords in a session, for changes and deletions together, the right password is a 429, too', async () => {
  const session = await identity.register('hijacked');
  for (let at = 1; at <= 5; at += 1) {
    const wrong = { email: 'thief@example.org', currentPassword: `guess number ${at}` };
    expect((await patch(session, wrong)).status).toBe(403);
    expect((await deleteAccount(session, `guess number ${at}`)).status).toBe(403);
  }
  const limited = await deleteAccount(session, PASSWORD);
  expect(limited.status).toBe(429);
  expect(Number(limited.headers['retry-after'])).toBeGreaterThan(800);
  // Changes without a password and logins still succeed.
  expect((await patch(session, { username: 'still_here' })).status).toBe(200);
  expect((await identity.logIn('still_here')).status).toBe(201);
});
