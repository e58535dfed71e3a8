// POST /api/users: which registrations are accepted, and which are rejected.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { anyText } from 'chassis/testing/any-text';
import * as fc from 'fast-check';
import { embeddedDatabase, type TestDatabase } from 'chassis/testing/database';
import { newUser } from '../../src/routes/body-checks.ts';
import { type Identity, pointersOf, sessionOf, startIdentity } from '../support/service.ts';

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

const valid = { username: 'newcomer', email: 'newcomer@example.org', password: 'long enough' };
const register = (body: object) => identity.request('/api/users', { method: 'POST', json: body });

test('a new user is logged in, and gets the address of the profile', async () => {
  const response = await register(valid);
  expect(response.status).toBe(201);
  const { user } = sessionOf(response);
  expect(response.body).toEqual({
    user: { id: user.id, username: 'newcomer' },
    accessToken: expect.any(String),
    refreshToken: expect.any(String),
    expiresIn: 300,
  });
  expect(response.headers['location']).toBe(`/api/users/${user.id}`);
  expect(response.headers['cache-control']).toBe('no-store');
  expect((await identity.request(`/api/users/${user.id}`)).body).toEqual(user);
});

describe('a conflict with another user is a 409 that points at', () => {
  test.each([
    ['the name', { username: 'cat_sun_dog' }, ['/body/username']],
    ['the name in another case', { username: 'CAT_sun_Dog' }, ['/body/username']],
    ['the e-mail', { email: 'early_bird@example.com' }, ['/body/email']],
    ['the e-mail in another case', { email: 'Early_Bird@EXAMPLE.com' }, ['/body/email']],
    [
      'the name alone, when the e-mail is taken, too',
      { username: 'cat_sun_dog', email: 'early_bird@example.com' },
      ['/body/username'],
    ],
  ])('%s', async (_, taken, pointers) => {
    const response = await register({
      ...valid,
      username: 'other',
      email: 'o@example.org',
      ...taken,
    });
    expect(response.status).toBe(409);
    expect(response.body).toMatchObject({ type: 'urn:social-network:problem:conflict' });
    expect(pointersOf(response)).toEqual(pointers);
  });
});

test.each(['admin', 'Root', '_support_', 'administrator1', 'System'])(
  'the name %s is reserved: a 409',
  async (username) => {
    const response = await register({ ...valid, username, email: 'reserved@example.org' });
    expect([response.status, pointersOf(response)]).toEqual([409, ['/body/username']]);
  },
);

describe('the registration is a 400 for', () => {
  test.each<[name: string, invalid: object, pointer: string]>([
    ['a name of 2 characters', { username: 'ab' }, '/body/username'],
    ['a name of 31 characters', { username: 'a'.repeat(31) }, '/body/username'],
    ['a name with a space', { username: 'two words' }, '/body/username'],
    ['a name with an accent', { username: 'mädchen' }, '/body/username'],
    ['a name with a line end', { username: 'abc\n' }, '/body/username'],
    ['a name that is a number', { username: 12345 }, '/body/username'],
    ['no name', { username: undefined }, '/body/username'],
    ['an e-mail without @', { email: 'example.org' }, '/body/email'],
    ['an e-mail without a dot', { email: 'a@localhost' }, '/body/email'],
    ['an e-mail with two @', { email: 'a@b@example.org' }, '/body/email'],
    ['an e-mail with a space', { email: 'a b@example.org' }, '/body/email'],
    ['an e-mail with U+0000', { email: 'a\0@example.org' }, '/body/email'],
    [
      'an e-mail of 255 characters',
      {
        email: `${'a'.repeat(60)}@${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.${'e'.repeat(11)}`,
      },
      '/body/email',
    ],
    ['no e-mail', { email: undefined }, '/body/email'],
    ['a password of 7 characters', { password: 'a'.repeat(7) }, '/body/password'],
    ['a password of 129 characters', { password: 'a'.repeat(129) }, '/body/password'],
    [
      'a password of 8 characters that NFKC makes 4',
      { password: 'e\u0301'.repeat(4) },
      '/body/password',
    ],
    ['a password of 1025 UTF-16 units', { password: 'a'.repeat(1025) }, '/body/password'],
    ['a common password', { password: 'password123' }, '/body/password'],
    ['a password like the name', { username: 'other', password: 'otherother1' }, '/body/password'],
    ['a password like the e-mail', { password: 'newcomer@example.org' }, '/body/password'],
    ['a password with U+0000', { password: 'pass\0word' }, '/body/password'],
    ['a password with half a surrogate pair', { password: 'password\ud83d' }, '/body/password'],
    ['a password that is a list', { password: ['password'] }, '/body/password'],
    ['no password', { password: undefined }, '/body/password'],
    ['an unknown field', { admin: true }, '/body/admin'],
    ['a field __proto__', JSON.parse('{"__proto__":{"admin":true}}') as object, '/body/__proto__'],
  ])('%s, and points at the fault', async (_, invalid, pointer) => {
    const response = await register(
      Object.assign(Object.create(null), valid, { username: 'other' }, invalid) as object,
    );
    expect(response.status).toBe(400);
    expect(pointersOf(response)).toEqual([pointer]);
  });

  test('several faults, and points at all of them at once', async () => {
    const response = await register({ username: 'a', email: 'b', password: 'c', admin: true });
    expect(pointersOf(response).toSorted()).toEqual([
      '/body/admin',
      '/body/email',
      '/body/password',
      '/body/username',
    ]);
  });

  test.each([
    ['a list', [valid]],
    ['an empty object', {}],
  ])('%s as the body', async (_, body) => {
    expect((await register(body)).status).toBe(400);
  });

  test('a query parameter, and points at it', async () => {
    const response = await identity.request('/api/users?ids=1', { method: 'POST', json: valid });
    expect(pointersOf(response)).toEqual(['/query/ids']);
  });
});

test('the shortest and the longest values are accepted', async () => {
  const shortest = { username: 'abc', email: 'a@b.co', password: 'unlikely' };
  const longest = {
    username: 'a'.repeat(30),
    email: `${'a'.repeat(62)}@${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(63)}`,
    password: '🐈🐕'.repeat(64),
  };
  expect(longest.email).toHaveLength(254);
  for (const body of [shortest, longest]) {
    expect((await register(body)).status).toBe(201);
    const { email: username, password } = body;
    expect((await identity.logIn(username, password)).status).toBe(201);
  }
});

test('a body over 64 KiB is a 413, a body that is not JSON a 415, and a missing body a 400', async () => {
  expect((await register({ ...valid, password: 'a'.repeat(70_000) })).status).toBe(413);
  expect((await identity.request('/api/users', { method: 'POST' })).status).toBe(400);
  const form = await fetch(`${identity.url}/api/users`, {
    method: 'POST',
    body: new URLSearchParams(valid),
  });
  expect(form.status).toBe(415);
});

test('any body that passes the check fits the constraints of the tables', () => {
  const text = fc.oneof(anyText(300), fc.stringMatching(/^[A-Za-z0-9_]{1,40}$/), fc.emailAddress());
  const bodies = fc.record({ username: text, email: text, password: text });
  fc.assert(
    fc.property(bodies, (body) => {
      const pointers = new Set(newUser(body).map(({ pointer }) => pointer));
      const fitsConstraint = {
        '/body/username': /^[A-Za-z0-9_]{3,30}$/.test(body.username),
        '/body/email': /^[!-?A-~]+@[!-?A-~]+$/.test(body.email) && body.email.length <= 254,
      };
      for (const [pointer, fits] of Object.entries(fitsConstraint))
        expect(pointers.has(pointer) || fits).toBe(true);
      expect(pointers.has('/body/username')).toBe(!fitsConstraint['/body/username']);
    }),
  );
});

test('no fault quotes the body', () => {
  const odd = fc.string({ minLength: 5, maxLength: 60 }).map((text) => `<${text}>`);
  fc.assert(
    fc.property(odd, (text) => {
      const faults = newUser({ username: text, email: text, password: '<' });
      expect(faults.length).toBeGreaterThanOrEqual(3);
      for (const { detail } of faults) expect(detail).not.toContain(text);
    }),
  );
});
