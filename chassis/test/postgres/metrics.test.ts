// What operators see of a database: connections in use, work that waits, failures, size and disk.
import { statfsSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createMetrics } from 'chassis/observability/metrics';
import type { Database } from 'chassis/postgres/database';
import {
  describeOnServer,
  embeddedDatabase,
  serverDatabase,
  type TestDatabase,
} from 'chassis/testing/database';
import { memoryLog } from 'chassis/testing/memory-log';
import { seriesIn } from 'chassis/testing/metrics';
import { until } from 'chassis/testing/until';
import { type Notes, openNotes, read } from '../support/notes.ts';

const { log } = memoryLog();

async function open(testDatabase: TestDatabase) {
  const metrics = createMetrics();
  const database = await openNotes(testDatabase.settings, log, {}, metrics);
  await database.prepared;
  const value = async (series: string) => seriesIn(await metrics.text(), series);
  return { database, value };
}

/** Begins as many transactions as there are connections; they end when the returned function is called. */
async function holdAll({ db }: Database<Notes>, connections: number) {
  const end = Promise.withResolvers<void>();
  const begun = Array.from({ length: connections }, () => Promise.withResolvers<void>());
  const transactions = begun.map(({ resolve }) =>
    db.transaction().execute(async (tx) => {
      await tx.selectFrom('notes').select('id').execute();
      resolve();
      await end.promise;
    }),
  );
  await Promise.all(begun.map(({ promise }) => promise));
  return async () => {
    end.resolve();
    await Promise.all(transactions);
  };
}

describeOnServer('the metrics of a server', () => {
  let testDatabase: TestDatabase;
  beforeAll(async () => {
    testDatabase = await serverDatabase();
  });
  afterAll(() => testDatabase.remove());

  test('count connections in use and work that waits for one', async () => {
    const { database, value } = await open(testDatabase);
    const max = (await value('database_connections_max'))!;
    expect(await value('database_waiting')).toBe(0);
    const release = await holdAll(database, max);
    const waiting = [read(database), read(database)];
    await until('two statements wait', async () => (await value('database_waiting')) === 2);
    expect(await value('database_connections{state="used"}')).toBe(max);
    expect(await value('database_connections{state="idle"}')).toBe(0);
    await release();
    await Promise.all(waiting);
    expect(await value('database_waiting')).toBe(0);
    expect(await value('database_connections{state="used"}')).toBe(0);
    await database.close();
  });

  test('count work that got no connection in time', async () => {
    const { database, value } = await open(testDatabase);
    expect(await value('database_failures_total{what="connect"}')).toBe(0);
    const release = await holdAll(database, (await value('database_connections_max'))!);
    await expect(read(database)).rejects.toMatchObject({ code: 'NO_CONNECTION' });
    expect(await value('database_failures_total{what="connect"}')).toBe(1);
    expect(await value('database_failures_total{what="statement"}')).toBe(0);
    await release();
    await database.close();
  });
});

test('the metrics of an embedded database have its size and the space on its disk', async () => {
  const testDatabase = await embeddedDatabase();
  const { database, value } = await open(testDatabase);
  expect(await value('database_size_bytes')).toBeGreaterThan(10_000_000);
  const { blocks, bsize } = statfsSync(testDatabase.settings.DATA_DIR);
  expect(await value('database_disk_bytes{space="total"}')).toBe(blocks * bsize);
  expect(await value('database_disk_bytes{space="free"}')).toBeGreaterThan(0);
  await database.close();
  // The folder is gone: the other metrics are still there.
  await testDatabase.remove();
  expect(await value('process_cpu_seconds_total')).toBeGreaterThan(0);
});
