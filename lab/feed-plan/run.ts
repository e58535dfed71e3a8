// npm run feed-plan -w social-service: plans and times of the feed with a million posts; docs/feed.md has the results.
// Creates a database on the server at DATABASE_URL, and drops it at the end; without DATABASE_URL, an embedded one.
import 'chassis/process/runtime';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from 'chassis/observability/log';
import type { Backend } from 'chassis/postgres/backend';
import { openEmbedded } from 'chassis/postgres/embedded';
import { migrate } from 'chassis/postgres/migrate';
import { openServer } from 'chassis/postgres/server';
import { type Kysely, sql } from 'kysely';
import { migrations } from '../../social-service/src/migrations/index.ts';
import type { Schema } from '../../social-service/src/schema.ts';
import { planOf, requestFor, timesOf } from './measure.ts';
import { fill, POSTS, viewers } from './fixtures.ts';

const PAGES = [1, 50];
const log = createLogger('feed-plan', 'warn');
const progress = (line: string): void => void process.stderr.write(`${line}\n`);

interface TemporaryDatabase {
  readonly backend: Backend;
  readonly remove: () => Promise<void>;
}

async function createOnServer(url: string): Promise<TemporaryDatabase> {
  const server = openServer(url, log);
  const name = `feed_plan_${randomUUID().replaceAll('-', '')}`;
  await server.withMaintenance((db) => sql`create database ${sql.ref(name)}`.execute(db));
  const databaseUrl = new URL(url);
  databaseUrl.pathname = `/${name}`;
  return {
    backend: openServer(databaseUrl.href, log),
    async remove() {
      await server.withMaintenance((db) =>
        sql`drop database ${sql.ref(name)} with (force)`.execute(db),
      );
      await server.close();
    },
  };
}

async function createEmbedded(): Promise<TemporaryDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'feed-plan-'));
  return {
    backend: await openEmbedded(folder),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function report(db: Kysely<Schema>): Promise<void> {
  const { rows } = await sql<{ version: string }>`select version()`.execute(db);
  const lines = [
    '| viewer | page | ours, ms | naive, ms | naive / ours |',
    '| --- | --: | --: | --: | --: |',
  ];
  for (const { id, description } of viewers)
    for (const page of PAGES) {
      progress(`${description}: page ${page}`);
      const request = await requestFor(db, id, page);
      const { ours, naive } = await timesOf(db, id, request);
      const cells = [
        description,
        page,
        ours.toFixed(2),
        naive.toFixed(2),
        (naive / ours).toFixed(2),
      ];
      lines.push(`| ${cells.join(' | ')} |`);
      console.log(`\n${description}: page ${page}\n\n${await planOf(db, id, request)}`);
    }
  const version = rows[0]!.version.split(' ', 2).join(' ');
  console.log(`\n${version}, ${POSTS} posts\n\n${lines.join('\n')}`);
}

const url = process.env['DATABASE_URL'];
const { backend, remove } = await (url ? createOnServer(url) : createEmbedded());
// Ends the running statement, so that the database is dropped in this case, too.
process.once('SIGINT', () => void backend.close());
try {
  await backend.withMaintenance(async (db) => {
    await migrate(db, migrations);
    progress(`writing ${POSTS} posts`);
    await fill(db);
    // Autovacuum would analyze the tables of a server; the embedded database is never analyzed.
    if (url) await sql`analyze`.execute(db);
    await report(db);
  });
} finally {
  await backend.close();
  await remove();
}
