// Work that one process at a time does: who gets it, and how it hears that it may have lost it.
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

/** Opens the place, ready for use. */
async function opened(settings: TestDatabase['settings']): Promise<Database<Notes>> {
  const database = await openNotes(settings, memoryLog().log);
  await database.prepared;
  return database;
}

describeOnBoth('exclusively', (newDatabase) => {
  let place: TestDatabase;
  let database: Database<Notes>;
  beforeEach(async () => {
    place = await newDatabase();
    database = await opened(place.settings);
  });
  afterEach(async () => {
    await database.close();
    await place.remove();
  });

  test('gives what the work gives, and throws what it throws', async () => {
    expect(await database.withLeaderLock(KEY, never, () => Promise.resolve(5))).toBe(5);
    const failing = database.withLeaderLock(KEY, never, () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(await database.withLeaderLock(KEY, never, () => Promise.resolve(6))).toBe(6);
  });

  test('the work hears when the database is closed', async () => {
    const task = work();
    const result = database.withLeaderLock(KEY, never, task.run).catch(() => 'lost');
    await task.began;
    await database.close();
    expect(await result).toBe('lost');
    database = await opened(place.settings);
  });

  test('the database serves requests meanwhile', async () => {
    const task = work();
    const result = database.withLeaderLock(KEY, never, task.run);
    await task.began;
    await database.db.insertInto('notes').values({ text: 'meanwhile' }).execute();
    task.end();
    expect(await result).toBe('done');
  });
});

describeOnServer('of two processes on one server', () => {
  let place: TestDatabase;
  let first: Database<Notes>;
  let second: Database<Notes>;
  beforeEach(async () => {
    place = await serverDatabase();
    first = await opened(place.settings);
    second = await opened(place.settings);
  });
  afterEach(async () => {
    await Promise.all([first.close(), second.close()]);
    await place.remove();
  });

  test('the second one waits for the first; another key is another matter', async () => {
    const [one, other, elsewhere] = [work(), work(), work()];
    const firstDone = first.withLeaderLock(KEY, never, one.run);
    await one.began;
    let began = false;
    const secondDone = second.withLeaderLock(KEY, never, (lost) => {
      began = true;
      return other.run(lost);
    });
    const thirdDone = second.withLeaderLock(KEY + 1, never, elsewhere.run);
    await elsewhere.began;
    expect(began).toBe(false);
    one.end();
    await other.began;
    other.end();
    elsewhere.end();
    expect(await Promise.all([firstDone, secondDone, thirdDone])).toEqual(['done', 'done', 'done']);
  });

  test('a wait ends at its signal', async () => {
    const task = work();
    const done = first.withLeaderLock(KEY, never, task.run);
    await task.began;
    const leaving = new AbortController();
    const waiting = second.withLeaderLock(KEY, leaving.signal, () => Promise.resolve('never'));
    leaving.abort();
    expect(await waiting).toBeUndefined();
    task.end();
    await done;
  });

  // It asks every half second: at first it is between two questions, later it waits for an answer.
  test.each([
    ['vanish', 0],
    ['muteServer', 700],
  ] as const)(
    'a wait ends at its signal, and then the database closes, when the server does %s %i ms before',
    async (fate, ms) => {
      const proxy = await startTcpProxy(place.settings.DATABASE_URL!);
      const behind = await opened({ DATABASE_URL: proxy.url, DATA_DIR: '' });
      const task = work();
      const done = first.withLeaderLock(KEY, never, task.run);
      await task.began;
      const leaving = new AbortController();
      const waiting = behind.withLeaderLock(KEY, leaving.signal, () => Promise.resolve('never'));
      await pause(200);
      proxy[fate]();
      await pause(ms);
      const start = performance.now();
      leaving.abort();
      expect(await waiting).toBeUndefined();
      await behind.close();
      expect(performance.now() - start).toBeLessThan(1_000);
      await proxy.close();
      task.end();
      await done;
    },
  );

  test('closing the database ends a wait, also when the server is gone', async () => {
    const proxy = await startTcpProxy(place.settings.DATABASE_URL!);
    const behind = await opened({ DATABASE_URL: proxy.url, DATA_DIR: '' });
    const task = work();
    const done = first.withLeaderLock(KEY, never, task.run);
    await task.began;
    const waiting = behind.withLeaderLock(KEY, never, () => Promise.resolve('never'));
    waiting.catch(() => undefined);
    await pause(200);
    proxy.vanish();
    await behind.close();
    await expect(waiting).rejects.toThrow();
    await proxy.close();
    task.end();
    await done;
  });

  test.each(['cut', 'silent'] as const)(
    'the first one hears when its connection is %s, and the second one gets its turn',
    async (fate) => {
      const proxy = await startTcpProxy(place.settings.DATABASE_URL!);
      const behind = await opened({ DATABASE_URL: proxy.url, DATA_DIR: '' });
      const [one, other] = [work(), work()];
      const lost = behind.withLeaderLock(KEY, never, one.run);
      await one.began;
      const gained = second.withLeaderLock(KEY, never, other.run);
      if (fate === 'cut') await proxy.close();
      else proxy.muteServer();
      expect(await lost).toBe('lost');
      // A server that only hears nothing holds the lock until its connection ends.
      await behind.close();
      if (fate === 'silent') await proxy.close();
      await other.began;
      other.end();
      expect(await gained).toBe('done');
    },
  );
});
