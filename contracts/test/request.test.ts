import { expect, test } from '@jest/globals';
import { schemaGuard } from '../src/guard.ts';
import { requestGuard } from '../src/request.ts';

const faultsOfUser = requestGuard('identity', 'createUser');
const faultsOfLogin = requestGuard('identity', 'createSession');
const faultsOfMe = requestGuard('identity', 'updateMe');
const faultsOfPost = requestGuard('social', 'createPost');
const faultsOfToken = requestGuard('gateway', 'createToken');

const user = { username: 'cat_sun_dog', email: 'cat@example.com', password: 'hunter2 hunter2' };
const at = (faults: readonly { pointer: string }[]) => faults.map(({ pointer }) => pointer);

test('a body that keeps to the contract has no faults, however often it is asked', () => {
  expect([faultsOfUser(user), faultsOfUser(user)]).toEqual([[], []]);
  expect(faultsOfPost({ content: '  🐈\n' })).toEqual([]);
});

test('each fault says where it is and what was expected there', () => {
  expect(faultsOfUser({ username: 'a b', email: 'cat', password: '' })).toEqual([
    { pointer: '/body/username', detail: 'expected 3 to 30 letters, digits or _' },
    { pointer: '/body/email', detail: 'expected an e-mail address of at most 254 characters' },
    { pointer: '/body/password', detail: 'expected a password of 8 to 128 characters' },
  ]);
});

test('a missing field is told at its own place', () => {
  expect(faultsOfUser({ username: 'cat_sun_dog' })).toEqual([
    { pointer: '/body/email', detail: 'it is missing' },
    { pointer: '/body/password', detail: 'it is missing' },
  ]);
});

test('an unknown field is refused', () => {
  expect(faultsOfUser({ ...user, admin: true })).toEqual([
    { pointer: '/body/admin', detail: 'there is no such field here' },
  ]);
});

test.each([
  ['nothing', undefined],
  ['null', null],
  ['a list', [user]],
  ['a text', JSON.stringify(user)],
  ['a number', 5],
  ['a list of lists of lists …', JSON.parse(`${'['.repeat(5000)}${']'.repeat(5000)}`)],
])('%s is no object', (_what, body) => {
  expect(faultsOfUser(body)).toEqual([{ pointer: '/body', detail: 'expected an object' }]);
});

test.each([
  ['null', null],
  ['a number', 12345],
  ['a list', ['cat_sun_dog']],
  ['an object', { toString: 'cat_sun_dog' }],
  ['depth', JSON.parse(`${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`)],
  ['a very long text', 'x'.repeat(1e6)],
])('%s in place of a text is one fault of that field', (_what, value) => {
  const body = { username: value, email: value, password: value };
  expect(at(faultsOfUser(body))).toEqual(['/body/username', '/body/email', '/body/password']);
  expect(at(faultsOfLogin({ username: value, password: 'p' }))).toEqual(['/body/username']);
  expect(at(faultsOfPost({ content: value }))).toEqual(['/body/content']);
});

test('a field that comes by __proto__ or constructor is not there, and is unknown by that name', () => {
  const body = JSON.parse(`{"__proto__":${JSON.stringify(user)},"constructor":{"prototype":1}}`);
  expect(at(faultsOfUser(body)).toSorted()).toEqual([
    '/body/__proto__',
    '/body/constructor',
    '/body/email',
    '/body/password',
    '/body/username',
  ]);
  expect(({} as { username?: string }).username).toBeUndefined();
});

test('a fault quotes no value', () => {
  const secret = 'correct horse battery staple';
  for (const value of [`${secret}\0\ud800`, secret.repeat(100), [secret], { [secret]: secret }])
    for (const faults of [
      faultsOfUser({ username: value, email: value, password: [value] }),
      faultsOfMe({ username: value, email: value, currentPassword: [value] }),
      faultsOfPost({ content: [value], [`${'x'.repeat(50)}${secret}`]: value }),
    ]) {
      expect(faults).not.toEqual([]);
      expect(JSON.stringify(faults)).not.toContain(secret);
    }
});

const named = (name: string) => faultsOfPost({ content: 'x', [name]: 1 })[0]?.pointer;

test('the name of an unknown field is a part of a pointer: bounded, escaped, good Unicode', () => {
  expect(named('a/b~c')).toBe('/body/a~1b~0c');
  expect(named('')).toBe('/body/');
  expect(named('x'.repeat(1e5))).toBe(`/body/${'x'.repeat(50)}`);
  expect(named('~'.repeat(1e5))).toBe(`/body/${'~0'.repeat(50)}`);
  expect(named(`${'x'.repeat(49)}🐈`)).toBe(`/body/${'x'.repeat(49)}\ufffd`);
  expect(named('\ud800')).toBe('/body/\ufffd');
});

test('whatever a body holds, its faults fit into a problem document', () => {
  const isFault = schemaGuard('gateway', 'InputFault');
  for (const name of ['a\nb', 'a\0b', '\u2028', '~/'.repeat(50), '🐈'.repeat(50)])
    expect(faultsOfPost({ content: 'x', [name]: 1 }).filter((fault) => !isFault(fault))).toEqual(
      [],
    );
  const many = Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`field${n}`, n]));
  expect(faultsOfPost(many)).toHaveLength(100);
});

test.each([
  ['a NUL', 'cat\0'],
  ['half a character', 'cat\ud800'],
  ['white space alone', ' \t\n\u00a0\ufeff'],
  ['more than 6000 characters', '🐈'.repeat(6001)],
])('a post is not made of %s', (_what, content) => {
  expect(at(faultsOfPost({ content }))).toEqual(['/body/content']);
});

const login = (username: string) => at(faultsOfLogin({ username, password: 'p' }));

test('what a user logs in with may be no name at all, but it is well-formed', () => {
  expect(login('Ünknown user')).toEqual([]);
  expect(login('cat@example.com')).toEqual([]);
  for (const name of ['', '\0', '\udfff']) expect(login(name)).toEqual(['/body/username']);
});

const password = (text: string) => at(faultsOfLogin({ username: 'cat', password: text }));

test('a password may be any Unicode text', () => {
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
])('%s is an e-mail address: %s, for who takes it and for who reads it', (email, expected) => {
  expect(faultsOfUser({ ...user, email }).length === 0).toBe(expected);
  if (expected) expect(schemaGuard('identity', 'Me')({ id: 1, username: 'cat', email })).toBe(true);
});

test('a change of the account has something to change, and the current password where it must', () => {
  const nothing = {
    pointer: '/body',
    detail: 'expected a username, an e-mail or a password to change',
  };
  const current = { pointer: '/body/currentPassword', detail: 'it is missing' };
  expect(faultsOfMe({})).toEqual([nothing]);
  expect(faultsOfMe({ currentPassword: 'p' })).toEqual([nothing]);
  expect(faultsOfMe({ email: 'cat@example.com' })).toEqual([current]);
  expect(faultsOfMe({ username: 'cat', password: 'p' })).toEqual([current]);
  expect(faultsOfMe({ username: 'cat' })).toEqual([]);
  expect(faultsOfMe({ email: 'cat@example.com', password: 'p', currentPassword: 'p' })).toEqual([]);
});

test('tokens are had for a name and a password, or for a refresh token, not for both', () => {
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

test('a guard changes nothing in the body', () => {
  const body = Object.freeze({ ...user, username: ' cat ' });
  faultsOfUser(body);
  expect(body).toEqual({ ...user, username: ' cat ' });
});

test('a guard of what the document does not know is refused when it is made', () => {
  expect(() => requestGuard('identity', 'createPost')).toThrow(
    'identity has no operation createPost that takes a JSON body',
  );
  expect(() => requestGuard('identity', 'getUser')).toThrow('that takes a JSON body');
});
