// Dead letters: replayed into the replica, and listed, shown, replayed and discarded by command.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { StartupError } from 'chassis/base/startup-error';
import { SourceError } from 'chassis/events/source';
import type { Database } from 'chassis/postgres/database';
import { describeOnBoth, embeddedDatabase, type TestDatabase } from 'chassis/testing/database';
import { memoryLog } from 'chassis/testing/memory-log';
import { batchOf, deleted, named } from 'chassis/testing/user-events';
import { deadLetters } from '../../src/commands/dead-letters.ts';
import { authorsIn } from '../../src/replica/authors.ts';
import { listDeadLetters, storeDeadLetters } from '../../src/replica/dead-letters.ts';
import { replayDeadLetters } from '../../src/replica/replay.ts';
import { replicaIn } from '../../src/replica/store.ts';
import type { Schema } from '../../src/schema.ts';
import { emptyDatabase, openTestDatabase } from '../support/database.ts';
import { startTestSocial, type TestSocial } from '../support/service.ts';
import { outboxIn } from '../../src/events/outbox.ts';

const identityIsAway = async () => Promise.reject(new SourceError('Identity is unavailable'));

describeOnBoth('a dead letter that is replayed', (newDatabase) => {
  let testDatabase: TestDatabase;
  let database: Database<Schema>;
  beforeAll(async () => {
    testDatabase = await newDatabase();
    database = await openTestDatabase(testDatabase);
  });
  beforeEach(async () => {
    await emptyDatabase(database.db);
    const logged = [named(1, 1, 'one'), named(2, 2, 'two'), named(9, 3, 'three')];
    await replicaIn(database.db, memoryLog().log, outboxIn(database.db)).apply(batchOf(logged), 0);
  });
  afterAll(async () => {
    await database.close();
    await testDatabase.remove();
  });

  /** Stores events as an older release did, which could not read them, and replays them. */
  const replay = async (events: readonly unknown[], identity: Readonly<Record<number, string>>) => {
    await storeDeadLetters(
      database.db,
      events.map((event) => ({ offset: undefined, reason: 'data', event })),
    );
    const names = new Map(Object.entries(identity).map(([id, name]) => [Number(id), name]));
    const replayed = await replayDeadLetters(database.db, async () => names);
    return replayed.map(({ outcome }) => outcome);
  };
  const shown = async () =>
    (await authorsIn(database.db)([1, 2, 3, 4])).map(({ username }) => username);
  const kept = async () => (await listDeadLetters(database.db)).length;

  test('is applied where Identity agrees with it, and removed', async () => {
    const events = [named(3, 1, 'uno').event, named(4, 4, 'four').event, deleted(5, 2).event];
    const outcomes = await replay(events, { 1: 'uno', 3: 'three', 4: 'four' });
    expect(outcomes).toEqual(['applied', 'applied', 'applied']);
    expect(await shown()).toEqual(['uno', 'three', 'four']);
    expect(await kept()).toBe(0);
  });

  test('brings back no older name and no deleted user', async () => {
    const events = [named(3, 1, 'uno').event, named(4, 4, 'four').event, deleted(5, 2).event];
    const outcomes = await replay(events, { 1: 'one', 2: 'two', 3: 'three' });
    expect(outcomes).toEqual(['superseded', 'superseded', 'superseded']);
    expect(await shown()).toEqual(['one', 'two', 'three']);
    expect(await kept()).toBe(0);
  });

  test('does not replace the name of a later event, even if Identity had that older name again', async () => {
    expect(await replay([named(5, 3, 'tres').event], { 3: 'tres' })).toEqual(['applied']);
    expect(await shown()).toEqual(['one', 'two', 'three']);
  });

  test('is kept if it still breaks the contract, and removed if its type is unknown', async () => {
    const later = { ...(named(3, 1, 'x').event as object), type: 'UserPraised' };
    expect(await replay([{ id: '7' }, later], {})).toEqual(['invalid', 'skipped']);
    expect(await listDeadLetters(database.db)).toMatchObject([{ event: '{"id":"7"}' }]);
  });

  test('stays a dead letter while Identity is away', async () => {
    await storeDeadLetters(database.db, [
      { offset: 3, reason: 'data', event: named(3, 1, 'uno').event },
    ]);
    await expect(replayDeadLetters(database.db, identityIsAway)).rejects.toThrow(SourceError);
    expect(await kept()).toBe(1);
  });
});

describe('the command dead-letters', () => {
  let database: TestDatabase;
  let social: TestSocial;
  beforeAll(async () => {
    database = await embeddedDatabase();
    social = await startTestSocial(database, {}, (identity) => {
      identity.log.add({ id: 'seven' });
      identity.log.add({ specversion: '2.0' });
      identity.log.named(1, 'one');
    });
  });
  afterAll(async () => {
    await social.stop();
    await database.remove();
  });

  const run = async (...args: string[]) => {
    const lines: string[] = [];
    const env = { ADMIN_PORT: new URL(social.service.adminUrl).port };
    const code = await deadLetters(env, (line) => lines.push(line), args);
    return { code, lines };
  };

  test('lists them, shows one, replays one or all, and discards one', async () => {
    const listed = await run('list');
    expect(listed.lines).toEqual([
      expect.stringMatching(/^2: .*: wrong specversion$/),
      expect.stringMatching(/^1: without an offset, since 20.*: wrong id$/),
      'The newest 2.',
    ]);
    expect((await run('show', '1')).lines[1]).toContain('"seven"');
    const still = 'still breaks the contract, and is kept';
    expect(await run('replay', '1')).toEqual({
      code: 1,
      lines: [`Dead letter 1 ${still} (id).`],
    });
    expect((await run('replay', 'all')).lines).toHaveLength(2);
    expect(await run('discard', '2')).toMatchObject({ code: 0 });
    expect((await run('list')).lines).toHaveLength(2);
    for (const action of ['show', 'replay', 'discard'])
      await expect(run(action, '2')).rejects.toThrow('There is no dead letter 2');
  });

  test.each([[['show']], [['replay', 'one']], [['list', '1']], [['purge', '1']]])(
    'says how it is used for %j',
    async (args) => {
      await expect(run(...args)).rejects.toThrow(StartupError);
      await expect(run(...args)).rejects.toThrow(/^Usage: /);
    },
  );

  test.each(['replay', '1/replay', '1/discard'])(
    'POST /authors/broken/%s is a 403 for a foreign page, and a 404 on the public port',
    async (path) => {
      const headers = { Origin: 'https://elsewhere.example' };
      const { adminUrl, url } = social.service;
      const post = { method: 'POST', headers };
      expect((await fetch(`${adminUrl}/authors/broken/${path}`, post)).status).toBe(403);
      expect((await fetch(`${url}/authors/broken/${path}`, post)).status).toBe(404);
    },
  );
});
