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

let place: TestDatabase;
let identity: Identity;
beforeAll(async () => {
  place = await embeddedDatabase();
  identity = await startIdentity(place);
});
afterAll(async () => {
  await identity.stop();
  await place.remove();
});

const get = ({ bearer }: RegisteredUser) => identity.request('/api/me', { headers: bearer });
const patch = ({ bearer }: RegisteredUser, body: object) =>
  identity.request('/api/me', { method: 'PATCH', headers: bearer, json: body });
const deleteAccount = ({ bearer }: RegisteredUser, currentPassword: string) =>
  identity.request('/api/me', { method: 'DELETE', headers: bearer, json: { currentPassword } });

describe.each(['GET', 'PATCH', 'DELETE'])('%s without a session', (method) => {
  const request = (headers: Record<string, string>) =>
    identity.request('/api/me', {
      method,
      headers,
      ...(method !== 'GET' && { json: { nonsense: true } }),
    });

  test.each<[what: string, headers: Record<string, string>]>([
    ['nothing', {}],
    ['a word that is no token', { Authorization: 'Bearer x' }],
    ['another scheme', { Authorization: 'Basic Y2F0OmRvZw==' }],
    ['a name in a header of its own', { 'X-User-Id': '1' }],
  ])('by %s is a 401, whatever is in the body', async (_, headers) => {
    const answer = await request(headers);
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  });
});

describe('GET /api/me', () => {
  test('is the caller’s own account with its e-mail, for that client alone', async () => {
    const person = await identity.register('reader');
    const answer = await get(person);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ ...person.user, email: 'reader@example.org' });
    expect(answer.headers['cache-control']).toBe('private, no-cache');
  });
});

describe('PATCH /api/me', () => {
  test('a new name needs no password, and is public at once', async () => {
    const person = await identity.register('caterpillar');
    const answer = await patch(person, { username: 'butterfly' });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      id: person.user.id,
      username: 'butterfly',
      email: 'caterpillar@example.org',
    });
    expect(answer.headers['ratelimit']).toBeUndefined();
    expect((await identity.request(`/api/users/${person.user.id}`)).body).toMatchObject({
      username: 'butterfly',
    });
    expect((await identity.logIn('butterfly')).status).toBe(201);
    expect((await identity.logIn('caterpillar')).status).toBe(401);
    expect(sessionOf(await identity.refresh(person.refreshToken)).user.username).toBe('butterfly');
  });

  test('one’s own name in another case is not taken', async () => {
    const person = await identity.register('lowercase');
    expect(meOf(await patch(person, { username: 'LowerCase' })).username).toBe('LowerCase');
  });

  test('a new e-mail needs the password', async () => {
    const person = await identity.register('mover');
    const without = await patch(person, { email: 'moved@example.org' });
    expect([without.status, pointersOf(without)]).toEqual([400, ['/body/currentPassword']]);
    const answer = await patch(person, { email: 'moved@example.org', currentPassword: PASSWORD });
    expect(answer.status).toBe(200);
    expect(meOf(answer).email).toBe('moved@example.org');
    expect(answer.headers['ratelimit']).toMatch(/^"account";r=10;t=\d+$/);
    expect((await identity.logIn('moved@example.org')).status).toBe(201);
    expect((await identity.logIn('mover@example.org')).status).toBe(401);
  });

  test('a new password needs the old one, and ends every session', async () => {
    const person = await identity.register('changer');
    const other = withBearer(sessionOf(await identity.logIn('changer')));
    expect((await patch(person, { password: 'another one' })).status).toBe(400);
    const answer = await patch(person, { password: 'another one', currentPassword: PASSWORD });
    expect(answer.status).toBe(200);
    for (const each of [person, other]) {
      expect((await get(each)).status).toBe(401);
      expect((await identity.refresh(each.refreshToken)).status).toBe(401);
    }
    expect((await identity.logIn('changer')).status).toBe(401);
    expect((await identity.logIn('changer', 'another one')).status).toBe(201);
  });

  test('everything at once', async () => {
    const person = await identity.register('all_new');
    const answer = await patch(person, {
      username: 'all_newer',
      email: 'newer@example.org',
      password: 'all newer',
      currentPassword: PASSWORD,
    });
    expect(answer.body).toEqual({
      id: person.user.id,
      username: 'all_newer',
      email: 'newer@example.org',
    });
    expect((await identity.logIn('newer@example.org', 'all newer')).status).toBe(201);
  });

  test('with a wrong password is a 403, and nothing changes', async () => {
    const person = await identity.register('careful');
    const answer = await patch(person, {
      username: 'careless',
      email: 'x@example.org',
      currentPassword: 'not the password',
    });
    expect(answer.status).toBe(403);
    expect(answer.body).toMatchObject({ type: 'urn:social-network:problem:forbidden' });
    expect(answer.headers['ratelimit']).toMatch(/^"account";r=9;t=\d+$/);
    expect(meOf(await get(person))).toMatchObject({ username: 'careful' });
  });

  test.each([
    ['a name', { username: 'CAT_sun_dog' }, '/body/username'],
    ['an e-mail', { email: 'Early_Bird@example.com', currentPassword: PASSWORD }, '/body/email'],
  ])('%s that another user has is a 409 that names it', async (what, changes, pointer) => {
    const person = await identity.register(`taker_${what.length}`);
    const answer = await patch(person, {
      password: 'another one',
      currentPassword: PASSWORD,
      ...changes,
    });
    expect([answer.status, pointersOf(answer)]).toEqual([409, [pointer]]);
    // All or nothing: the password is the old one, and the session goes on.
    expect((await get(person)).status).toBe(200);
    expect((await identity.logIn(person.user.username)).status).toBe(201);
  });

  test.each([
    ['nothing', {}, '/body'],
    ['the password alone', { currentPassword: PASSWORD }, '/body'],
    ['an id', { username: 'someone_new', id: 1 }, '/body/id'],
    ['a short name', { username: 'ab' }, '/body/username'],
    ['a short password', { password: 'short', currentPassword: PASSWORD }, '/body/password'],
    ['a null', { username: null }, '/body/username'],
  ])('%s is a 400', async (_, changes, pointer) => {
    const { bearer } = withBearer(
      sessionOf(await identity.logIn('cat_sun_dog', 'sunny-side-up-2026')),
    );
    const answer = await identity.request('/api/me', {
      method: 'PATCH',
      headers: bearer,
      json: changes,
    });
    expect([answer.status, pointersOf(answer)]).toEqual([400, [pointer]]);
  });
});

describe('DELETE /api/me', () => {
  test('with the password, the user is gone with all sessions, and the name is free again', async () => {
    const person = await identity.register('goodbye');
    const other = withBearer(sessionOf(await identity.logIn('goodbye')));
    expect((await deleteAccount(person, 'not the password')).status).toBe(403);
    expect((await deleteAccount(person, PASSWORD)).status).toBe(204);
    for (const each of [person, other]) {
      expect((await get(each)).status).toBe(401);
      expect((await deleteAccount(each, PASSWORD)).status).toBe(401);
      expect((await identity.refresh(each.refreshToken)).status).toBe(401);
    }
    expect((await identity.request(`/api/users/${person.user.id}`)).status).toBe(404);
    expect((await identity.logIn('goodbye')).status).toBe(401);
    expect((await identity.register('goodbye')).user.id).not.toBe(person.user.id);
  });

  test('without the password is a 400', async () => {
    const person = await identity.register('hesitant');
    const answer = await identity.request('/api/me', {
      method: 'DELETE',
      headers: person.bearer,
      json: {},
    });
    expect([answer.status, pointersOf(answer)]).toEqual([400, ['/body/currentPassword']]);
  });
});

test('ten wrong passwords in a session are the end of trying, for changing and leaving alike', async () => {
  const person = await identity.register('hijacked');
  for (let at = 1; at <= 5; at += 1) {
    const wrong = { email: 'thief@example.org', currentPassword: `guess number ${at}` };
    expect((await patch(person, wrong)).status).toBe(403);
    expect((await deleteAccount(person, `guess number ${at}`)).status).toBe(403);
  }
  const refused = await deleteAccount(person, PASSWORD);
  expect(refused.status).toBe(429);
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(800);
  // What needs no password goes on, and so do log-ins.
  expect((await patch(person, { username: 'still_here' })).status).toBe(200);
  expect((await identity.logIn('still_here')).status).toBe(201);
});
