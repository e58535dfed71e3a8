// npm run copy-bench -w social-service: how long a new Social takes to copy many users, and how much memory. It makes
// a database on the server at DATABASE_URL, and drops it; without that, an embedded one.
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

interface Place {
  readonly env: Readonly<Record<string, string>>;
  readonly remove: () => Promise<void>;
}

async function onServer(url: string): Promise<Place> {
  const server = openServer(url, createLogger('copy-bench', 'warn'));
  const name = `copy_bench_${randomUUID().replaceAll('-', '')}`;
  await server.withMaintenance((db) => sql`create database ${sql.ref(name)}`.execute(db));
  const own = new URL(url);
  own.pathname = `/${name}`;
  return {
    env: { DATABASE_URL: own.href },
    async remove() {
      await server.withMaintenance((db) =>
        sql`drop database ${sql.ref(name)} with (force)`.execute(db),
      );
      await server.close();
    },
  };
}

async function embedded(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'copy-bench-'));
  return {
    env: { DATA_DIR: folder },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

// The database is dropped then, too.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, killAll);
const url = process.env['DATABASE_URL'];
const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : SIZES;
console.log(
  '| users | until it is ready, s | users a second | peak memory, MB | made anew, s | peak, MB |',
);
console.log('| --: | --: | --: | --: | --: | --: |');
for (const users of sizes) {
  const place = await (url ? onServer(url) : embedded());
  const log = await serveGeneratedFeed(users);
  try {
    await prepare(place.env);
    const { readyS, readyMb, rebuiltS, rebuiltMb } = await measure(log, place.env);
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
    await place.remove();
  }
}
