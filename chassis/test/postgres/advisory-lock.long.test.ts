// The leader lock when its holder is silent while its connection stays open.
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Database } from 'chassis/postgres/database';
import { sql } from 'kysely';
import { startNode } from 'chassis/testing/process';
import { describeOnServer, serverDatabase, type TestDatabase } from 'chassis/testing/database';
import { memoryLog } from 'chassis/testing/memory-log';
import { openNotes, type Notes } from '../support/notes.ts';
import { startTcpProxy } from 'chassis/testing/tcp-proxy';
import { work } from '../support/work.ts';

const KEY = 4712;
const never = new AbortController().signal;
/** The server waits 5 s for the holder, and another process tries to get the lock twice a second. */
const TAKE_OVER_MS = 8_000;

async function opened(url: string): Promise<Database<Notes>> {
  const database = await openNotes({ DATABASE_URL: url, DATA_DIR: '' }, memoryLog().log);
  await database.prepared;
  return database;
}

describeOnServer('a process with the leader lock', () => {
  let testDatabase: TestDatabase;
  let url: string;
  let other: Database<Notes>;
  beforeEach(async () => {
    testDatabase = await serverDatabase();
    url = testDatabase.settings.DATABASE_URL!;
    other = await opened(url);
  });
  afterEach(async () => {
    await other.close();
    await testDatabase.remove();
  });

  test('loses it within 8 s when it is frozen, and is notified when it continues', async () => {
    const holder = startNode(join(import.meta.dirname, '../support/lock-holder.ts'), {
      KEY: String(KEY),
      DATABASE_URL: url,
    });
    expect(await once(holder.stdout, 'line')).toEqual(['holds the lock']);
    holder.process.kill('SIGSTOP');
    const start = performance.now();
    expect(await other.withLeaderLock(KEY, never, () => Promise.resolve('mine'))).toBe('mine');
    expect(performance.now() - start).toBeLessThan(TAKE_OVER_MS);
    const message = once(holder.stdout, 'line');
    holder.process.kill('SIGCONT');
    expect(await message).toEqual(['lost the lock']);
    expect(await holder.ended).toEqual({ code: 0, stderr: '' });
  });

  test('loses it within 8 s when its network fails, and can get it again when the network works', async () => {
    const proxy = await startTcpProxy(url);
    const proxied = await opened(proxy.url);
    const task = work();
    const lost = proxied.withLeaderLock(KEY, never, task.run);
    await task.began;
    proxy.vanish();
    const start = performance.now();
    expect(await other.withLeaderLock(KEY, never, () => Promise.resolve('mine'))).toBe('mine');
    expect(performance.now() - start).toBeLessThan(TAKE_OVER_MS);
    expect(await lost).toBe('lost');
    await proxy.close();
    await proxy.reopen();
    expect(await proxied.withLeaderLock(KEY, never, () => Promise.resolve('mine again'))).toBe(
      'mine again',
    );
    await proxied.close();
    await proxy.close();
  });

  test('keeps it for more than 6 s, and is notified when the server ends its connection', async () => {
    const task = work();
    const result = other.withLeaderLock(KEY, never, task.run);
    await task.began;
    await pause(6_000);
    const others = await opened(url);
    const terminate = sql`
      select pg_terminate_backend(pid) from pg_locks
      where locktype = 'advisory' and objid = ${KEY}
        and database = (select oid from pg_database where datname = current_database())`;
    expect((await terminate.execute(others.db)).rows).toHaveLength(1);
    expect(await result).toBe('lost');
    await others.close();
    expect(await other.withLeaderLock(KEY, never, () => Promise.resolve('mine'))).toBe('mine');
  });

  test('waits at most 2 s for an answer to an attempt to get the lock', async () => {
    const proxy = await startTcpProxy(url);
    const proxied = await opened(proxy.url);
    const task = work();
    const done = other.withLeaderLock(KEY, never, task.run);
    await task.began;
    const waiting = proxied.withLeaderLock(KEY, never, () => Promise.resolve('never'));
    waiting.catch(() => undefined);
    await pause(200);
    proxy.vanish();
    const start = performance.now();
    await expect(waiting).rejects.toThrow('the server does not answer');
    // The next attempt begins within half a second.
    expect(performance.now() - start).toBeLessThan(500 + 2_000 + 500);
    await proxied.close();
    await proxy.close();
    task.end();
    await done;
  });
});
