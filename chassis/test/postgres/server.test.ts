// A server that is missing, goes away, falls silent, or is slow: every statement ends in time, and later ones work again.
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { databaseProblem } from 'chassis/postgres/errors';
import { Problem } from 'chassis/http/problem';
import { sql } from 'kysely';
import { describeOnServer, serverDatabase } from 'chassis/testing/database';
import { memoryLog } from 'chassis/testing/memory-log';
import { openNotes, read, write } from '../support/notes.ts';
import { startTcpProxy } from 'chassis/testing/tcp-proxy';

const url = (port: number) => `postgres://user:hush@127.0.0.1:${port}/nowhere`;

const thrownBy = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

/** Expects that something took this long; on a busy machine it may take a little longer, and timers may be a little early. */
function expectAbout(expectedMs: number, ms: number): void {
  expect(ms).toBeGreaterThan(expectedMs - 50);
  expect(ms).toBeLessThan(expectedMs + 900);
}

describe('a missing server', () => {
  test('does not stop the start: the service is not ready, names the reason, and answers 503', async () => {
    const { log, lines, wait } = memoryLog();
    const placeholder = createServer().listen(0, '127.0.0.1');
    await once(placeholder, 'listening');
    const { port } = placeholder.address() as AddressInfo;
    placeholder.close();
    await once(placeholder, 'close');

    const warned = wait(/does not answer/);
    const database = await openNotes({ DATABASE_URL: url(port), DATA_DIR: '' }, log);
    await warned;
    expect(await database.readiness()).toBe('The database does not answer yet (ECONNREFUSED)');
    const problem = await thrownBy(read(database));
    expect(problem).toBeInstanceOf(Problem);
    expect(problem).toMatchObject({
      slug: 'not-ready',
      status: 503,
      message: 'The database does not answer yet',
      headers: { 'Retry-After': '1' },
    });
    await database.close();
    expect(JSON.stringify(lines)).not.toMatch(/hush|127\.0\.0\.1/);
  });

  test('that accepts connections but never answers makes the service unready, and does not delay closing', async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { log, wait } = memoryLog();
    const warned = wait(/does not answer/);
    const { port } = server.address() as AddressInfo;
    const database = await openNotes({ DATABASE_URL: url(port), DATA_DIR: '' }, log);
    await warned;
    expect(await database.readiness()).toBe('The database does not answer yet (NO_CONNECTION)');
    await database.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
});

describeOnServer('a server that fails', () => {
  test('makes the service ready as soon as it can be reached', async () => {
    const testDatabase = await serverDatabase();
    const proxy = await startTcpProxy(testDatabase.settings.DATABASE_URL!);
    await proxy.close();
    const { log, wait } = memoryLog();
    const warned = wait(/does not answer/);
    const database = await openNotes({ DATABASE_URL: proxy.url, DATA_DIR: '' }, log);
    await warned;
    await proxy.reopen();
    await database.prepared;
    expect(await database.readiness()).toBeUndefined();
    await database.close();
    await proxy.close();
    await testDatabase.remove();
  });

  test('is used again when it is back; meanwhile every statement is a 503 without an address', async () => {
    const testDatabase = await serverDatabase();
    const proxy = await startTcpProxy(testDatabase.settings.DATABASE_URL!);
    const database = await openNotes({ DATABASE_URL: proxy.url, DATA_DIR: '' }, memoryLog().log);
    await database.prepared;
    await write(database, 'before');

    const inFlight = thrownBy(sql`select pg_sleep(10)`.execute(database.db));
    await write(database, 'a second connection');
    await proxy.close();
    for (const error of [await inFlight, await thrownBy(read(database))])
      expect(databaseProblem(error)).toMatchObject({
        status: 503,
        message: 'The database does not answer',
        headers: { 'Retry-After': '1' },
      });
    expect(await database.readiness()).toBe('The database does not answer (ECONNREFUSED)');

    await proxy.reopen();
    expect(await read(database)).toEqual(['before', 'a second connection']);
    expect(await database.readiness()).toBeUndefined();
    await database.close();
    await proxy.close();
    await testDatabase.remove();
  });

  test('in the middle of a transaction fails only that transaction', async () => {
    const testDatabase = await serverDatabase();
    const proxy = await startTcpProxy(testDatabase.settings.DATABASE_URL!);
    const database = await openNotes({ DATABASE_URL: proxy.url, DATA_DIR: '' }, memoryLog().log);
    await database.prepared;
    const cut = database.db.transaction().execute(async (tx) => {
      await tx.insertInto('notes').values({ text: 'lost' }).execute();
      await proxy.close();
      await proxy.reopen();
      await tx.insertInto('notes').values({ text: 'lost too' }).execute();
    });
    expect(databaseProblem(await thrownBy(cut))?.status).toBe(503);
    expect(await read(database)).toEqual([]);
    await database.close();
    await proxy.close();
    await testDatabase.remove();
  });

  test('by silence fails a statement after 3 s, and its connection is not used again', async () => {
    const testDatabase = await serverDatabase();
    const proxy = await startTcpProxy(testDatabase.settings.DATABASE_URL!);
    const database = await openNotes({ DATABASE_URL: proxy.url, DATA_DIR: '' }, memoryLog().log);
    await database.prepared;
    await write(database, 'before');
    proxy.muteServer();
    const start = performance.now();
    const error = await thrownBy(read(database));
    expectAbout(3_000, performance.now() - start);
    expect(databaseProblem(error)?.status).toBe(503);
    await proxy.close();
    await proxy.reopen();
    expect(await read(database)).toEqual(['before']);
    await database.close();
    await proxy.close();
    await testDatabase.remove();
  });

  test('by slowness has its statement cancelled after 2 s, and the connection stays usable', async () => {
    const testDatabase = await serverDatabase();
    const database = await openNotes(testDatabase.settings, memoryLog().log);
    await database.prepared;
    const start = performance.now();
    const error = await thrownBy(sql`select pg_sleep(10)`.execute(database.db));
    expectAbout(2_000, performance.now() - start);
    expect(error).toMatchObject({ code: '57014' });
    expect(databaseProblem(error)?.status).toBe(503);
    expect(await read(database)).toEqual([]);
    await database.close();
    await testDatabase.remove();
  });

  test('gets at most ten connections, and all waiting statements run', async () => {
    const testDatabase = await serverDatabase();
    const database = await openNotes(testDatabase.settings, memoryLog().log);
    await database.prepared;
    const answers = await Promise.all(
      Array.from({ length: 40 }, () =>
        sql<{ session: number }>`select pg_backend_pid() as session, pg_sleep(0.02)`.execute(
          database.db,
        ),
      ),
    );
    expect(new Set(answers.map(({ rows }) => rows[0]?.session)).size).toBe(10);
    await database.close();
    await testDatabase.remove();
  });

  test('while no statement runs causes a log line, and later statements work', async () => {
    const testDatabase = await serverDatabase();
    const proxy = await startTcpProxy(testDatabase.settings.DATABASE_URL!);
    const { log, wait } = memoryLog();
    const database = await openNotes({ DATABASE_URL: proxy.url, DATA_DIR: '' }, log);
    await database.prepared;
    await write(database, 'before');
    const warned = wait(/idle database connection lost/);
    await proxy.close();
    expect(await warned).toMatchObject({ level: 40, code: 'NO_CONNECTION' });
    await proxy.reopen();
    expect(await read(database)).toEqual(['before']);
    await database.close();
    await proxy.close();
    await testDatabase.remove();
  });

  test('does not delay closing while a connection is being made', async () => {
    const testDatabase = await serverDatabase();
    const database = await openNotes(testDatabase.settings, memoryLog().log);
    await database.prepared;
    const running = thrownBy(sql`select pg_sleep(10)`.execute(database.db));
    // After one turn of the event loop the connection is requested, but the server has not answered.
    await setImmediate();
    await database.close();
    expect(await running).toMatchObject({ code: 'NO_CONNECTION' });
    await testDatabase.remove();
  });

  test('does not delay closing while a statement runs', async () => {
    const testDatabase = await serverDatabase();
    const database = await openNotes(testDatabase.settings, memoryLog().log);
    await database.prepared;
    const running = thrownBy(sql`select pg_sleep(10)`.execute(database.db));
    await read(database);
    await database.close();
    // If closing had waited, the statement would have ended by the server's timeout, with 57014.
    expect(await running).toMatchObject({ code: 'NO_CONNECTION' });
    expect(databaseProblem(await running)?.status).toBe(503);
    await testDatabase.remove();
  });
});
