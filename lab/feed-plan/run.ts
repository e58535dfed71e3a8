// npm run feed-plan -w social-service: plans and times of the feed with a million posts; docs/feed.md has the results.
// Creates a database on the server at DATABASE_URL, and drops it at the end; without DATABASE_URL, an embedded one.
import 'chassis/process/runtime';
import { createLogger } from 'chassis/observability/log';
import type { Backend } from 'chassis/postgres/backend';
import { openEmbedded } from 'chassis/postgres/embedded';
import { migrate } from 'chassis/postgres/migrate';
import { openServer } from 'chassis/postgres/server';
import { type Kysely, sql } from 'kysely';
import { migrations } from '../../social-service/src/migrations/index.ts';
import type { Schema } from '../../social-service/src/schema.ts';
import { createDatabase } from '../temporary-database.ts';
import { planOf, requestFor, timesOf } from './measure.ts';
import { fill, POSTS, viewers } from './fixtures.ts';

const PAGES = [1, 50];
const log = createLogger('feed-plan', 'warn');
const progress = (line: string): void => void process.stderr.write(`${line}\n`);

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

const { settings, remove } = await createDatabase('feed-plan');
const isServer = 'DATABASE_URL' in settings;
const backend: Backend = isServer
  ? openServer(settings.DATABASE_URL, log)
  : await openEmbedded(settings.DATA_DIR);
// Ends the running statement, so that the database is dropped in this case, too.
process.once('SIGINT', () => void backend.close());
try {
  await backend.withMaintenance(async (db) => {
    await migrate(db, migrations);
    progress(`writing ${POSTS} posts`);
    await fill(db);
    // Autovacuum would analyze the tables of a server; the embedded database is never analyzed.
    if (isServer) await sql`analyze`.execute(db);
    await report(db);
  });
} finally {
  await backend.close();
  await remove();
}
