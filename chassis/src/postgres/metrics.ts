// Metrics of the database: its connections, its failures, and the folder of an embedded one.
import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metrics } from '../observability/metrics.ts';
import { type ConnectionUse, databaseFailures, type OnDatabaseFailure } from './backend.ts';

/** A scrape comes every few seconds; to look at a thousand files takes some 20 ms. */
const SIZE_EVERY_MS = 60_000;

/** Exposes failures and the use of the connections to a server. @returns what counts a failure */
export function exposeServer(metrics: Metrics, use: () => ConnectionUse): OnDatabaseFailure {
  const failures = metrics.counter(
    'database_failures_total',
    'What failed because the database was not available: to get a connection in time, or a statement.',
    ['what'],
  );
  for (const what of databaseFailures) failures.inc({ what }, 0);
  metrics.gauge(
    'database_connections',
    'Connections to the database that requests use, by state.',
    ['state'],
    (gauge) => {
      const { used, idle } = use();
      gauge.set({ state: 'used' }, used);
      gauge.set({ state: 'idle' }, idle);
    },
  );
  metrics.gauge('database_connections_max', 'Limit on these connections.', [], (gauge) =>
    gauge.set(use().max),
  );
  metrics.gauge('database_waiting', 'Work that waits for a connection.', [], (gauge) =>
    gauge.set(use().waiting),
  );
  return (what) => failures.inc({ what });
}

/** Exposes the size of an embedded database, at most a minute old, and the space on its disk. */
export function exposeFolder(metrics: Metrics, folder: string): void {
  let measuredAt = -Infinity;
  metrics.gauge('database_size_bytes', 'Size of the embedded database.', [], async (gauge) => {
    if (performance.now() - measuredAt < SIZE_EVERY_MS) return;
    measuredAt = performance.now();
    const bytes = await bytesIn(folder).catch(() => undefined);
    if (bytes !== undefined) gauge.set(bytes);
  });
  metrics.gauge(
    'database_disk_bytes',
    'Space on the disk of the embedded database.',
    ['space'],
    async (gauge) => {
      // A disk that cannot be read must not cost all other metrics.
      const disk = await statfs(folder).catch(() => undefined);
      if (disk === undefined) return;
      gauge.set({ space: 'total' }, disk.blocks * disk.bsize);
      gauge.set({ space: 'free' }, disk.bavail * disk.bsize);
    },
  );
}

/** The sizes of all files below the folder. The database deletes files at any time; such a file counts nothing. */
async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) =>
        stat(join(parentPath, name)).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
