// npm run republish: events with the present state of users.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { StartupError } from 'chassis/base/startup-error';
import { embeddedDatabase, type TestDatabase } from 'chassis/testing/database';
import { commands } from '../../src/commands/commands.ts';
import { parseSelection } from '../../src/events/republish.ts';
import { read, readAll, summaryOf } from '../support/event-log.ts';
import { type Identity, startIdentity } from '../support/service.ts';

test.each([
  ['7', { ids: [7] }],
  ['9,7,9', { ids: [7, 9] }],
  ['7-9', { from: 7, to: 9 }],
  ['9-7', undefined],
  ['7-9,11', undefined],
  ['0', undefined],
  ['', undefined],
  ['all', undefined],
  ['9007199254740993', undefined],
  [Array.from({ length: 101 }, (_, index) => index + 1).join(), undefined],
])('the users %s are %j', (text, selection) => {
  expect(parseSelection(text)).toEqual(selection);
});

describe('republish', () => {
  let testDatabase: TestDatabase;
  let identity: Identity;
  const ids: number[] = [];
  beforeAll(async () => {
    testDatabase = await embeddedDatabase();
    identity = await startIdentity(testDatabase, { DEMO_DATA: 'false' });
    for (const name of ['first', 'second', 'third'])
      ids.push((await identity.register(name)).user.id);
  });
  afterAll(async () => {
    await identity.stop();
    await testDatabase.remove();
  });

  const republish = async (...args: string[]) => {
    const { endOffset } = await read(identity, '?lastEventId=latest');
    const lines: string[] = [];
    const env = { ADMIN_PORT: new URL(identity.adminUrl).port };
    const code = await commands['republish']!(env, (line) => lines.push(line), args);
    return { code, lines, events: summaryOf(await readAll(identity, endOffset)) };
  };

  test('appends the present state of each user, and a deletion for an id without a user', async () => {
    const [first, , third] = ids as [number, number, number];
    expect(await republish('--user', `${third},${first},999`)).toEqual({
      code: 0,
      lines: ['Appended: 2 UserUpdated, 1 UserDeleted, with the present state of these users.'],
      events: [
        ['UserUpdated', first, 'first'],
        ['UserUpdated', third, 'third'],
        ['UserDeleted', 999],
      ],
    });
  });

  test('takes of a range the ids that there are', async () => {
    const { events } = await republish('--user', `${ids[1]}-998`);
    expect(events).toEqual([
      ['UserUpdated', ids[1], 'second'],
      ['UserUpdated', ids[2], 'third'],
    ]);
  });

  test.each([[[]], [['--user', 'all']], [['--users', '7']], [['7']]])(
    'says how it is used for %j',
    async (args) => {
      await expect(republish(...args)).rejects.toThrow(StartupError);
    },
  );

  test('is a 400 for wrong ids, and a 403 for a foreign page', async () => {
    const url = `${identity.adminUrl}/log/republish`;
    for (const query of ['', '?users=x', '?users=7&after=-1'])
      expect((await fetch(url + query, { method: 'POST' })).status).toBe(400);
    const headers = { Origin: 'https://evil.example' };
    expect((await fetch(`${url}?users=7`, { method: 'POST', headers })).status).toBe(403);
  });
});
