// npm run copy-bench -w social-service: the time and memory that a new Social needs for a replica of many users. Creates a
// database on the server at DATABASE_URL, and drops it at the end; without DATABASE_URL, an embedded one.
import 'chassis/process/runtime';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from 'chassis/observability/log';
import { openServer } from 'chassis/postgres/server';
import { sql } from 'kysely';
import { serveGeneratedFeed } from 'chassis/testing/generated-feed';
import { killAll } from '../process.ts';
import { measure, prepare } from './social.ts';

const SIZES = [100_000, 1_000_000, 2_000_000];

interface TemporaryDatabase {
  readonly env: Readonly<Record<string, string>>;
  readonly remove: () => Promise<void>;
}

async function createOnServer(url: string): Promise<TemporaryDatabase> {
  const server = openServer(url, createLogger('copy-bench', 'warn'));
  const name = `copy_bench_${randomUUID().replaceAll('-', '')}`;
  await server.withMaintenance((db) => sql`create database ${sql.ref(name)}`.execute(db));
  const databaseUrl = new URL(url);
  databaseUrl.pathname = `/${name}`;
  return {
    env: { DATABASE_URL: databaseUrl.href },
    async remove() {
      await server.withMaintenance((db) =>
        sql`drop database ${sql.ref(name)} with (force)`.execute(db),
      );
      await server.close();
    },
  };
}

async function createEmbedded(): Promise<TemporaryDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'copy-bench-'));
  return {
    env: { DATA_DIR: folder },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

// Without Social, the measurement fails, and the database is dropped.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, killAll);
const url = process.env['DATABASE_URL'];
const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : SIZES;
console.log(
  '| users | until it is ready, s | users a second | peak memory, MB | rebuild, s | peak memory, MB |',
);
console.log('| --: | --: | --: | --: | --: | --: |');
for (const users of sizes) {
  const database = await (url ? createOnServer(url) : createEmbedded());
  const log = await serveGeneratedFeed(users);
  try {
    await prepare(database.env);
    const { readyS, readyMb, rebuiltS, rebuiltMb } = await measure(log, database.env);
    const cells = [
      users.toLocaleString('en'),
      readyS.toFixed(1),
      Math.round(users / readyS).toLocaleString('en'),
      readyMb,
      rebuiltS.toFixed(1),
      rebuiltMb,
    ];
    console.log(`| ${cells.join(' | ')} |`);
  } finally {
    log.stop();
    await database.remove();
  }
}
