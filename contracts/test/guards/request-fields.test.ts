// The rules for single fields and combinations of fields.
import { expect, test } from '@jest/globals';
import { schemaGuard } from '../../src/guard.ts';
import { requestGuard } from '../../src/request.ts';

const faultsOfUser = requestGuard('identity', 'createUser');
const faultsOfLogin = requestGuard('identity', 'createSession');
const faultsOfMe = requestGuard('identity', 'updateMe');
const faultsOfPost = requestGuard('social', 'createPost');
const faultsOfToken = requestGuard('gateway', 'createToken');

const user = { username: 'cat_sun_dog', email: 'cat@example.com', password: 'hunter2 hunter2' };
const at = (faults: readonly { pointer: string }[]) => faults.map(({ pointer }) => pointer);

test.each([
  ['a NUL', 'cat\0'],
  ['a lone surrogate', 'cat\ud800'],
  ['only white space', ' \t\n\u00a0\ufeff'],
  ['more than 5000 characters', '🐈'.repeat(5001)],
])('refuses a post with %s', (_what, content) => {
  expect(at(faultsOfPost({ content }))).toEqual(['/body/content']);
});

const login = (username: string) => at(faultsOfLogin({ username, password: 'p' }));

test('a login accepts any well-formed username without NUL', () => {
  expect(login('Ünknown user')).toEqual([]);
  expect(login('cat@example.com')).toEqual([]);
  for (const name of ['', '\0', '\udfff']) expect(login(name)).toEqual(['/body/username']);
});

const password = (text: string) => at(faultsOfLogin({ username: 'cat', password: text }));

test('accepts any well-formed Unicode text as a password', () => {
  expect([password('pässwörd 🐈\0'), password('x'.repeat(1024))]).toEqual([[], []]);
  for (const text of ['\ud83d', 'x'.repeat(1025)])
    expect(password(text)).toEqual(['/body/password']);
});

test.each([
  ['cat@example.com', true],
  ['cat.sun+dog@mail.example.com', true],
  [`${'c'.repeat(64)}@example.com`, true],
  [`cat@${'c'.repeat(63)}.com`, true],
  ['cat', false],
  ['cat@localhost', false],
  ['@example.com', false],
  ['cat@@example.com', false],
  ['cat@example..com', false],
  ['cat sun@example.com', false],
  ['cat@example.com\n', false],
  [`${'c'.repeat(65)}@example.com`, false],
  [`cat@${'c'.repeat(64)}.com`, false],
  [`c@${'c.'.repeat(125)}long`, false],
])('%s is an e-mail address: %s, in requests and in answers', (email, expected) => {
  expect(faultsOfUser({ ...user, email }).length === 0).toBe(expected);
  if (expected) expect(schemaGuard('identity', 'Me')({ id: 1, username: 'cat', email })).toBe(true);
});

test('a change of the account needs a change, and the current password for an e-mail or password', () => {
  const nothing = {
    pointer: '/body',
    detail: 'expected a username, an e-mail or a password to change',
  };
  const current = { pointer: '/body/currentPassword', detail: 'it is missing' };
  expect(faultsOfMe({})).toEqual([nothing]);
  expect(faultsOfMe({ currentPassword: 'p' })).toEqual([nothing]);
  expect(faultsOfMe({ email: 'cat@example.com' })).toEqual([current]);
  expect(faultsOfMe({ username: 'cat', password: 'a new one' })).toEqual([current]);
  expect(faultsOfMe({ username: 'cat' })).toEqual([]);
  expect(
    faultsOfMe({ email: 'cat@example.com', password: 'a new one', currentPassword: 'p' }),
  ).toEqual([]);
});

test('a token request needs a name and a password, or a refresh token, but not both', () => {
  const either = {
    pointer: '/body',
    detail: 'expected a username and a password, or a refresh token',
  };
  expect(faultsOfToken({ username: 'cat', password: 'p' })).toEqual([]);
  expect(faultsOfToken({ refreshToken: 'r' })).toEqual([]);
  expect(faultsOfToken({})).toEqual([either]);
  expect(faultsOfToken({ username: 'cat', password: 'p', refreshToken: 'r' })).toEqual([either]);
  expect(at(faultsOfToken({ username: 'cat' }))).toEqual(['/body/password']);
  expect(at(faultsOfToken({ password: 'p', refreshToken: 'r' }))).toContain('/body');
});
