// npm run feed-plan -w social-service: the feed's plans and times with a million posts; docs/feed.md has what it said.
// It makes a database on the server at DATABASE_URL, and drops it at the end; without DATABASE_URL, an embedded one.
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
import { planOf, questionFor, timesOf } from './measure.ts';
import { fill, POSTS, readers } from './fixtures.ts';

const PAGES = [1, 50];
const log = createLogger('feed-plan', 'warn');
const progress = (line: string): void => void process.stderr.write(`${line}\n`);

interface Place {
  readonly backend: Backend;
  readonly remove: () => Promise<void>;
}

async function onServer(url: string): Promise<Place> {
  const server = openServer(url, log);
  const name = `feed_plan_${randomUUID().replaceAll('-', '')}`;
  await server.withMaintenance((db) => sql`create database ${sql.ref(name)}`.execute(db));
  const own = new URL(url);
  own.pathname = `/${name}`;
  return {
    backend: openServer(own.href, log),
    async remove() {
      await server.withMaintenance((db) =>
        sql`drop database ${sql.ref(name)} with (force)`.execute(db),
      );
      await server.close();
    },
  };
}

async function embedded(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'feed-plan-'));
  return {
    backend: await openEmbedded(folder),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function report(db: Kysely<Schema>): Promise<void> {
  const { rows } = await sql<{ version: string }>`select version()`.execute(db);
  const lines = [
    '| reader | page | ours, ms | naive, ms | naive / ours |',
    '| --- | --: | --: | --: | --: |',
  ];
  for (const { id, about } of readers)
    for (const page of PAGES) {
      progress(`${about}: page ${page}`);
      const question = await questionFor(db, id, page);
      const { ours, naive } = await timesOf(db, id, question);
      const cells = [about, page, ours.toFixed(2), naive.toFixed(2), (naive / ours).toFixed(2)];
      lines.push(`| ${cells.join(' | ')} |`);
      console.log(`\n${about}: page ${page}\n\n${await planOf(db, id, question)}`);
    }
  const version = rows[0]!.version.split(' ', 2).join(' ');
  console.log(`\n${version}, ${POSTS} posts\n\n${lines.join('\n')}`);
}

const url = process.env['DATABASE_URL'];
const { backend, remove } = await (url ? onServer(url) : embedded());
// Cuts what runs, so that the database is dropped then, too.
process.once('SIGINT', () => void backend.close());
try {
  await backend.withMaintenance(async (db) => {
    await migrate(db, migrations);
    progress(`writing ${POSTS} posts`);
    await fill(db);
    // Autovacuum would have done so by now; the embedded database never does.
    if (url) await sql`analyze`.execute(db);
    await report(db);
  });
} finally {
  await backend.close();
  await remove();
}
