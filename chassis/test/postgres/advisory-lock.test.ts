// The leader lock: which process gets it, and how a process is notified that it may have lost it.
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Database } from 'chassis/postgres/database';
import {
  describeOnBoth,
  describeOnServer,
  serverDatabase,
  type TestDatabase,
} from 'chassis/testing/database';
import { memoryLog } from 'chassis/testing/memory-log';
import { openNotes, type Notes } from '../support/notes.ts';
import { startTcpProxy } from 'chassis/testing/tcp-proxy';
import { work } from '../support/work.ts';

const KEY = 4711;
const never = new AbortController().signal;

/** Opens a database and waits for its migrations. */
async function opened(settings: TestDatabase['settings']): Promise<Database<Notes>> {
  const database = await openNotes(settings, memoryLog().log);
  await database.prepared;
  return database;
}

describeOnBoth('the leader lock', (newDatabase) => {
  let testDatabase: TestDatabase;
  let database: Database<Notes>;
  beforeEach(async () => {
    testDatabase = await newDatabase();
    database = await opened(testDatabase.settings);
  });
  afterEach(async () => {
    await database.close();
    await testDatabase.remove();
  });

  test('returns the result of the work, and throws its error', async () => {
    expect(await database.withLeaderLock(KEY, never, () => Promise.resolve(5))).toBe(5);
    const failing = database.withLeaderLock(KEY, never, () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(await database.withLeaderLock(KEY, never, () => Promise.resolve(6))).toBe(6);
  });

  test('notifies the work when the database is closed', async () => {
    const task = work();
    const result = database.withLeaderLock(KEY, never, task.run).catch(() => 'lost');
    await task.began;
    await database.close();
    expect(await result).toBe('lost');
    database = await opened(testDatabase.settings);
  });

  test('lets the database serve statements meanwhile', async () => {
    const task = work();
    const result = database.withLeaderLock(KEY, never, task.run);
    await task.began;
    await database.db.insertInto('notes').values({ text: 'meanwhile' }).execute();
    task.end();
    expect(await result).toBe('done');
  });
});

describeOnServer('the leader lock with two processes on one server', () => {
  let testDatabase: TestDatabase;
  let first: Database<Notes>;
  let second: Database<Notes>;
  beforeEach(async () => {
    testDatabase = await serverDatabase();
    first = await opened(testDatabase.settings);
    second = await opened(testDatabase.settings);
  });
  afterEach(async () => {
    await Promise.all([first.close(), second.close()]);
    await testDatabase.remove();
  });

  test('makes the second process wait for the first, but not for another key', async () => {
    const [one, other, otherKey] = [work(), work(), work()];
    const firstDone = first.withLeaderLock(KEY, never, one.run);
    await one.began;
    let began = false;
    const secondDone = second.withLeaderLock(KEY, never, (lost) => {
      began = true;
      return other.run(lost);
    });
    const thirdDone = second.withLeaderLock(KEY + 1, never, otherKey.run);
    await otherKey.began;
    expect(began).toBe(false);
    one.end();
    await other.began;
    other.end();
    otherKey.end();
    expect(await Promise.all([firstDone, secondDone, thirdDone])).toEqual(['done', 'done', 'done']);
  });

  test('ends a wait when its signal is aborted', async () => {
    const task = work();
    const done = first.withLeaderLock(KEY, never, task.run);
    await task.began;
    const controller = new AbortController();
    const waiting = second.withLeaderLock(KEY, controller.signal, () => Promise.resolve('never'));
    controller.abort();
    expect(await waiting).toBeUndefined();
    task.end();
    await done;
  });

  // The process tries to get the lock every 500 ms. After 0 ms it pauses between two tries; after 700 ms it waits for an answer.
  test.each([
    ['vanish', 0],
    ['muteServer', 700],
  ] as const)(
    'ends a wait when its signal is aborted, and then closes the database, when the proxy does %s %i ms before',
    async (fault, ms) => {
      const proxy = await startTcpProxy(testDatabase.settings.DATABASE_URL!);
      const proxied = await opened({ DATABASE_URL: proxy.url, DATA_DIR: '' });
      const task = work();
      const done = first.withLeaderLock(KEY, never, task.run);
      await task.began;
      const controller = new AbortController();
      const waiting = proxied.withLeaderLock(KEY, controller.signal, () =>
        Promise.resolve('never'),
      );
      await pause(200);
      proxy[fault]();
      await pause(ms);
      const start = performance.now();
      controller.abort();
      expect(await waiting).toBeUndefined();
      await proxied.close();
      expect(performance.now() - start).toBeLessThan(1_000);
      await proxy.close();
      task.end();
      await done;
    },
  );

  test('ends a wait when the database is closed, also when the server does not answer', async () => {
    const proxy = await startTcpProxy(testDatabase.settings.DATABASE_URL!);
    const proxied = await opened({ DATABASE_URL: proxy.url, DATA_DIR: '' });
    const task = work();
    const done = first.withLeaderLock(KEY, never, task.run);
    await task.began;
    const waiting = proxied.withLeaderLock(KEY, never, () => Promise.resolve('never'));
    waiting.catch(() => undefined);
    await pause(200);
    proxy.vanish();
    await proxied.close();
    await expect(waiting).rejects.toThrow();
    await proxy.close();
    task.end();
    await done;
  });

  test.each(['cut', 'silent'] as const)(
    'notifies the first process when its connection is %s, and then lets the second process work',
    async (fault) => {
      const proxy = await startTcpProxy(testDatabase.settings.DATABASE_URL!);
      const proxied = await opened({ DATABASE_URL: proxy.url, DATA_DIR: '' });
      const [one, other] = [work(), work()];
      const firstDone = proxied.withLeaderLock(KEY, never, one.run);
      await one.began;
      const secondDone = second.withLeaderLock(KEY, never, other.run);
      if (fault === 'cut') await proxy.close();
      else proxy.muteServer();
      expect(await firstDone).toBe('lost');
      // The server does not see a silent client, and keeps the lock until the connection ends.
      await proxied.close();
      if (fault === 'silent') await proxy.close();
      await other.began;
      other.end();
      expect(await secondDone).toBe('done');
    },
  );
});
