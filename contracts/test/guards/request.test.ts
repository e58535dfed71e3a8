import { expect, test } from '@jest/globals';
import { schemaGuard } from '../../src/guard.ts';
import { requestGuard } from '../../src/request.ts';

const faultsOfUser = requestGuard('identity', 'createUser');
const faultsOfLogin = requestGuard('identity', 'createSession');
const faultsOfMe = requestGuard('identity', 'updateMe');
const faultsOfPost = requestGuard('social', 'createPost');

const user = { username: 'cat_sun_dog', email: 'cat@example.com', password: 'hunter2 hunter2' };
const at = (faults: readonly { pointer: string }[]) => faults.map(({ pointer }) => pointer);

test('a valid body has no faults, also when it is checked again', () => {
  expect([faultsOfUser(user), faultsOfUser(user)]).toEqual([[], []]);
  expect(faultsOfPost({ content: '  🐈\n' })).toEqual([]);
});

test('each fault has the place and the expected value', () => {
  expect(faultsOfUser({ username: 'a b', email: 'cat', password: '' })).toEqual([
    { pointer: '/body/username', detail: 'expected 3 to 30 letters, digits or _' },
    { pointer: '/body/email', detail: 'expected an e-mail address of at most 254 characters' },
    { pointer: '/body/password', detail: 'expected a password of 8 to 128 characters' },
  ]);
});

test('a missing field is a fault at its own place', () => {
  expect(faultsOfUser({ username: 'cat_sun_dog' })).toEqual([
    { pointer: '/body/email', detail: 'it is missing' },
    { pointer: '/body/password', detail: 'it is missing' },
  ]);
});

test('refuses an unknown field', () => {
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
])('refuses %s in place of an object', (_what, body) => {
  expect(faultsOfUser(body)).toEqual([{ pointer: '/body', detail: 'expected an object' }]);
});

test.each([
  ['null', null],
  ['a number', 12345],
  ['a list', ['cat_sun_dog']],
  ['an object', { toString: 'cat_sun_dog' }],
  ['deep nesting', JSON.parse(`${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`)],
  ['a very long text', 'x'.repeat(1e6)],
])('%s in place of a text is one fault of the field', (_what, value) => {
  const body = { username: value, email: value, password: value };
  expect(at(faultsOfUser(body))).toEqual(['/body/username', '/body/email', '/body/password']);
  expect(at(faultsOfLogin({ username: value, password: 'p' }))).toEqual(['/body/username']);
  expect(at(faultsOfPost({ content: value }))).toEqual(['/body/content']);
});

test('fields in __proto__ and constructor do not count, and both names are unknown fields', () => {
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

test('a fault quotes no value of the body', () => {
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

test('the name of an unknown field in a pointer is short, escaped and well-formed', () => {
  expect(named('a/b~c')).toBe('/body/a~1b~0c');
  expect(named('')).toBe('/body/');
  expect(named('x'.repeat(1e5))).toBe(`/body/${'x'.repeat(50)}`);
  expect(named('~'.repeat(1e5))).toBe(`/body/${'~0'.repeat(50)}`);
  expect(named(`${'x'.repeat(49)}🐈`)).toBe(`/body/${'x'.repeat(49)}\ufffd`);
  expect(named('\ud800')).toBe('/body/\ufffd');
});

test('the faults of any body fit into a problem document', () => {
  const isFault = schemaGuard('gateway', 'InputFault');
  for (const name of ['a\nb', 'a\0b', '\u2028', '~/'.repeat(50), '🐈'.repeat(50)])
    expect(faultsOfPost({ content: 'x', [name]: 1 }).filter((fault) => !isFault(fault))).toEqual(
      [],
    );
  const many = Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`field${n}`, n]));
  expect(faultsOfPost(many)).toHaveLength(100);
});

test('does not change the body', () => {
  const body = Object.freeze({ ...user, username: ' cat ' });
  faultsOfUser(body);
  expect(body).toEqual({ ...user, username: ' cat ' });
});

test('throws for an operation that does not exist or accepts no body', () => {
  expect(() => requestGuard('identity', 'createPost')).toThrow(
    'identity has no operation createPost that accepts a JSON body',
  );
  expect(() => requestGuard('identity', 'getUser')).toThrow('that accepts a JSON body');
});
