// Work that one process at a time does, when the one that does it says nothing any more, and its connection stands.
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
/** The server waits 5 s for a word of the holder, and the next one asks twice a second. */
const TAKEN_OVER_MS = 8_000;

async function opened(url: string): Promise<Database<Notes>> {
  const database = await openNotes({ DATABASE_URL: url, DATA_DIR: '' }, memoryLog().log);
  await database.prepared;
  return database;
}

describeOnServer('a process that does what one at a time does', () => {
  let place: TestDatabase;
  let url: string;
  let other: Database<Notes>;
  beforeEach(async () => {
    place = await serverDatabase();
    url = place.settings.DATABASE_URL!;
    other = await opened(url);
  });
  afterEach(async () => {
    await other.close();
    await place.remove();
  });

  test('and is frozen loses its turn within seconds, and hears so when it goes on', async () => {
    const holder = startNode(join(import.meta.dirname, '../support/lock-holder.ts'), {
      KEY: String(KEY),
      DATABASE_URL: url,
    });
    expect(await once(holder.stdout, 'line')).toEqual(['has it']);
    holder.process.kill('SIGSTOP');
    const start = performance.now();
    expect(await other.withLeaderLock(KEY, never, () => Promise.resolve('mine'))).toBe('mine');
    expect(performance.now() - start).toBeLessThan(TAKEN_OVER_MS);
    const said = once(holder.stdout, 'line');
    holder.process.kill('SIGCONT');
    expect(await said).toEqual(['lost it']);
    expect(await holder.ended).toEqual({ code: 0, stderr: '' });
  });

  test('and vanishes from the network loses its turn within seconds, and works again when it is back', async () => {
    const proxy = await startTcpProxy(url);
    const behind = await opened(proxy.url);
    const task = work();
    const lost = behind.withLeaderLock(KEY, never, task.run);
    await task.began;
    proxy.vanish();
    const start = performance.now();
    expect(await other.withLeaderLock(KEY, never, () => Promise.resolve('mine'))).toBe('mine');
    expect(performance.now() - start).toBeLessThan(TAKEN_OVER_MS);
    expect(await lost).toBe('lost');
    await proxy.close();
    await proxy.reopen();
    expect(await behind.withLeaderLock(KEY, never, () => Promise.resolve('mine again'))).toBe(
      'mine again',
    );
    await behind.close();
    await proxy.close();
  });

  test('keeps it for as long as it asks, and hears when the server ends its connection', async () => {
    const task = work();
    const result = other.withLeaderLock(KEY, never, task.run);
    await task.began;
    await pause(6_000);
    const others = await opened(url);
    const end = sql`
      select pg_terminate_backend(pid) from pg_locks
      where locktype = 'advisory' and objid = ${KEY}
        and database = (select oid from pg_database where datname = current_database())`;
    expect((await end.execute(others.db)).rows).toHaveLength(1);
    expect(await result).toBe('lost');
    await others.close();
    expect(await other.withLeaderLock(KEY, never, () => Promise.resolve('mine'))).toBe('mine');
  });

  test('waits no longer than 2 s for an answer when it asks for its turn', async () => {
    const proxy = await startTcpProxy(url);
    const behind = await opened(proxy.url);
    const task = work();
    const done = other.withLeaderLock(KEY, never, task.run);
    await task.began;
    const waiting = behind.withLeaderLock(KEY, never, () => Promise.resolve('never'));
    waiting.catch(() => undefined);
    await pause(200);
    proxy.vanish();
    await expect(waiting).rejects.toThrow('the server does not answer');
    await behind.close();
    await proxy.close();
    task.end();
    await done;
  });
});
