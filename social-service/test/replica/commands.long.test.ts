// The commands that a person runs in a terminal, and the admin routes behind them.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { runNode } from 'chassis/testing/process';
import { embeddedDatabase, type TestDatabase } from 'chassis/testing/database';
import { named } from 'chassis/testing/user-events';
import { startTestSocial, type TestSocial } from '../support/service.ts';

jest.setTimeout(60_000);

let database: TestDatabase;
let social: TestSocial;
beforeAll(async () => {
  database = await embeddedDatabase();
  social = await startTestSocial(database, {}, (identity) => {
    identity.log.append([named(1, 1, 'one'), named(2, 2, 'two'), named(3, 3, 'three')]);
    identity.users.set(1, 'one').set(2, 'two').set(3, 'three');
  });
});
afterAll(async () => {
  await social.stop();
  await database.remove();
});

const command = (word: string, port = new URL(social.service.adminUrl).port) =>
  runNode(join(import.meta.dirname, '../../src/main.ts'), { ADMIN_PORT: port }, word);

describe('verify-authors', () => {
  test('finds no difference, and exits with code 0', async () => {
    expect(await command('verify-authors')).toEqual({
      code: 0,
      stderr: '',
      lines: ['Compared 3 users of the replica with Identity. Differences: 0.'],
    });
  });

  test('names each difference, and exits with code 1', async () => {
    social.identity.users.set(1, 'uno').delete(2);
    const { code, lines } = await command('verify-authors');
    social.identity.users.set(1, 'one').set(2, 'two');
    expect(code).toBe(1);
    expect(lines).toEqual([
      'User 1 is one in the replica, but uno at Identity.',
      'User 2, two, is in the replica, but not at Identity.',
      'Compared 3 users of the replica with Identity. Differences: 2.',
    ]);
  });

  test('exits with code 1 and says why while Identity is unreachable', async () => {
    social.identity.disconnect();
    const ended = await command('verify-authors');
    social.identity.reconnect();
    expect(ended).toEqual({
      code: 1,
      stderr: 'The replica was not compared: the feed cannot be reached.\n',
      lines: [],
    });
  });
});

describe('rebuild-authors', () => {
  test('rebuilds the replica, and exits with code 0 when it is complete', async () => {
    social.identity.log.replace([named(1, 1, 'one'), named(3, 3, 'three_b')]);
    const { code, lines } = await command('rebuild-authors');
    expect(code).toBe(0);
    expect(lines).toEqual([
      expect.stringMatching(/^Rebuilding the replica/),
      'The replica is complete, at offset 3.',
    ]);
    expect((await social.request('/api/authors?ids=1,2,3')).body).toEqual({
      items: [
        { id: 1, username: 'one' },
        { id: 3, username: 'three_b' },
      ],
      lagMs: expect.any(Number),
    });
  });
});

test('a command without a running service prints the address that it tried, and exits with code 1', async () => {
  for (const word of ['verify-authors', 'rebuild-authors']) {
    const { code, stderr } = await command(word, '1');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^No answer from http:\/\/127\.0\.0\.1:1\. .*ADMIN_PORT.*\n$/);
  }
});

test('an unknown command exits with code 1, and does not start the service', async () => {
  for (const word of ['verify', 'constructor'])
    expect(await command(word)).toMatchObject({
      code: 1,
      stderr: `There is no command ${word}.\n`,
    });
});

test.each(['/authors/rebuild', '/authors/verify'])(
  'POST %s is a 403 for a foreign page, and a 404 on the public port',
  async (path) => {
    const { adminUrl, url } = social.service;
    const headers = { Origin: 'https://elsewhere.example' };
    expect((await fetch(adminUrl + path, { method: 'POST', headers })).status).toBe(403);
    expect((await fetch(url + path, { method: 'POST' })).status).toBe(404);
    expect((await fetch(adminUrl + path)).status).toBe(405);
  },
);

test('a second verification at the same time is a 409; a later one is accepted', async () => {
  const { adminUrl } = social.service;
  const post = () => fetch(`${adminUrl}/authors/verify`, { method: 'POST' });
  const [one, other] = await Promise.all([post(), post()]);
  expect([one.status, other.status].toSorted((a, b) => a - b)).toEqual([200, 409]);
  await Promise.all([one.text(), other.text()]);
  const third = await post();
  expect(third.status).toBe(200);
  expect(await third.text()).toContain('"differences":');
});
