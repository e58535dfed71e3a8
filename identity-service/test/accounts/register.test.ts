// POST /api/users: who may join, and what is in the way.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { embeddedDatabase, type TestDatabase } from 'chassis/testing/database';
import { newUser } from '../../src/routes/body-checks.ts';
import { type Identity, pointersOf, sessionOf, startIdentity } from '../support/service.ts';

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

const good = { username: 'newcomer', email: 'newcomer@example.org', password: 'long enough' };
const register = (body: object) => identity.request('/api/users', { method: 'POST', json: body });

test('who joins is logged in, and is told where the profile is', async () => {
  const answer = await register(good);
  expect(answer.status).toBe(201);
  const { user } = sessionOf(answer);
  expect(answer.body).toEqual({
    user: { id: user.id, username: 'newcomer' },
    accessToken: expect.any(String),
    refreshToken: expect.any(String),
    expiresIn: 300,
  });
  expect(answer.headers['location']).toBe(`/api/users/${user.id}`);
  expect(answer.headers['cache-control']).toBe('no-store');
  expect((await identity.request(`/api/users/${user.id}`)).body).toEqual(user);
});

describe('what another user has is a 409 that names it', () => {
  test.each([
    ['the name', { username: 'cat_sun_dog' }, ['/body/username']],
    ['the name in another case', { username: 'CAT_sun_Dog' }, ['/body/username']],
    ['the e-mail', { email: 'early_bird@example.com' }, ['/body/email']],
    ['the e-mail in another case', { email: 'Early_Bird@EXAMPLE.com' }, ['/body/email']],
    [
      'both',
      { username: 'cat_sun_dog', email: 'early_bird@example.com' },
      ['/body/username', '/body/email'],
    ],
  ])('%s', async (_, taken, pointers) => {
    const answer = await register({ ...good, username: 'other', email: 'o@example.org', ...taken });
    expect(answer.status).toBe(409);
    expect(answer.body).toMatchObject({ type: 'urn:social-network:problem:conflict' });
    expect(pointersOf(answer)).toEqual(pointers);
  });
});

describe('what breaks a bound is a 400 that points at it', () => {
  test.each<[what: string, wrong: object, pointer: string]>([
    ['a name of 2', { username: 'ab' }, '/body/username'],
    ['a name of 31', { username: 'a'.repeat(31) }, '/body/username'],
    ['a name with a space', { username: 'two words' }, '/body/username'],
    ['a name with an accent', { username: 'mädchen' }, '/body/username'],
    ['a name with a line end', { username: 'abc\n' }, '/body/username'],
    ['a name that is a number', { username: 12345 }, '/body/username'],
    ['no name', { username: undefined }, '/body/username'],
    ['an e-mail without @', { email: 'example.org' }, '/body/email'],
    ['an e-mail without a dot', { email: 'a@localhost' }, '/body/email'],
    ['an e-mail with two @', { email: 'a@b@example.org' }, '/body/email'],
    ['an e-mail with a space', { email: 'a b@example.org' }, '/body/email'],
    ['an e-mail with a U+0000', { email: 'a\0@example.org' }, '/body/email'],
    [
      'an e-mail of 255',
      {
        email: `${'a'.repeat(60)}@${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.${'e'.repeat(11)}`,
      },
      '/body/email',
    ],
    ['no e-mail', { email: undefined }, '/body/email'],
    ['a password of 7', { password: 'a'.repeat(7) }, '/body/password'],
    ['a password of 129', { password: 'a'.repeat(129) }, '/body/password'],
    ['a password of 8 that NFKC makes 4', { password: 'e\u0301'.repeat(4) }, '/body/password'],
    ['a password of 1025 units', { password: 'a'.repeat(1025) }, '/body/password'],
    ['a password with U+0000', { password: 'pass\0word' }, '/body/password'],
    ['a password with half a surrogate pair', { password: 'password\ud83d' }, '/body/password'],
    ['a password that is a list', { password: ['password'] }, '/body/password'],
    ['no password', { password: undefined }, '/body/password'],
    ['an unknown field', { admin: true }, '/body/admin'],
    ['a prototype', JSON.parse('{"__proto__":{"admin":true}}') as object, '/body/__proto__'],
  ])('%s', async (_, wrong, pointer) => {
    const answer = await register(
      Object.assign(Object.create(null), good, { username: 'other' }, wrong) as object,
    );
    expect(answer.status).toBe(400);
    expect(pointersOf(answer)).toEqual([pointer]);
  });

  test('every fault at once', async () => {
    const answer = await register({ username: 'a', email: 'b', password: 'c', admin: true });
    expect(pointersOf(answer).toSorted()).toEqual([
      '/body/admin',
      '/body/email',
      '/body/password',
      '/body/username',
    ]);
  });

  test.each([
    ['a list', [good]],
    ['an empty object', {}],
  ])('%s as the body', async (_, body) => {
    expect((await register(body)).status).toBe(400);
  });

  test('a query parameter', async () => {
    const answer = await identity.request('/api/users?ids=1', { method: 'POST', json: good });
    expect(pointersOf(answer)).toEqual(['/query/ids']);
  });
});

test('the ends of the bounds will do', async () => {
  const shortest = { username: 'abc', email: 'a@b.co', password: 'a'.repeat(8) };
  const longest = {
    username: 'a'.repeat(30),
    email: `${'a'.repeat(62)}@${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(63)}`,
    password: '🐈'.repeat(128),
  };
  expect(longest.email).toHaveLength(254);
  for (const body of [shortest, longest]) {
    expect((await register(body)).status).toBe(201);
    const { email: username, password } = body;
    expect((await identity.logIn(username, password)).status).toBe(201);
  }
});

test('a body over 64 KiB is a 413, one that is not JSON a 415, none a 400', async () => {
  expect((await register({ ...good, password: 'a'.repeat(70_000) })).status).toBe(413);
  expect((await identity.request('/api/users', { method: 'POST' })).status).toBe(400);
  const form = await fetch(`${identity.url}/api/users`, {
    method: 'POST',
    body: new URLSearchParams(good),
  });
  expect(form.status).toBe(415);
});

test('a body that passes the check is one that the tables take, whatever it is made of', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.stringMatching(/^[A-Za-z0-9_]{1,40}$/),
    fc.emailAddress(),
  );
  const bodies = fc.record({ username: text, email: text, password: text });
  fc.assert(
    fc.property(bodies, (body) => {
      const pointers = new Set(newUser(body).map(({ pointer }) => pointer));
      const isKept = {
        '/body/username': /^[A-Za-z0-9_]{3,30}$/.test(body.username),
        '/body/email': /^[!-?A-~]+@[!-?A-~]+$/.test(body.email) && body.email.length <= 254,
      };
      for (const [pointer, fits] of Object.entries(isKept))
        expect(pointers.has(pointer) || fits).toBe(true);
      expect(pointers.has('/body/username')).toBe(!isKept['/body/username']);
    }),
  );
});

test('no fault quotes what was sent', () => {
  const odd = fc.string({ minLength: 5, maxLength: 60 }).map((text) => `<${text}>`);
  fc.assert(
    fc.property(odd, (text) => {
      const faults = newUser({ username: text, email: text, password: '<' });
      expect(faults.length).toBeGreaterThanOrEqual(3);
      for (const { detail } of faults) expect(detail).not.toContain(text);
    }),
  );
});
