// npm run deletion-bench -w social-service: deletes a user with many posts, and measures how long names wait meanwhile. Creates
// a database on the server at DATABASE_URL, and drops it at the end; without DATABASE_URL, an embedded one.
import 'chassis/process/runtime';
import { createLogger } from 'chassis/observability/log';
import { type Database, openDatabase } from 'chassis/postgres/database';
import { batchOf, deleted, named } from 'chassis/testing/user-events';
import { sql } from 'kysely';
import { migrations } from '../../social-service/src/migrations/index.ts';
import { postsIn } from '../../social-service/src/posts/reading.ts';
import { replicaIn } from '../../social-service/src/replica/store.ts';
import { deleteDepartedContent } from '../../social-service/src/replica/deletion/user-content.ts';
import type { Schema } from '../../social-service/src/schema.ts';
import { createDatabase } from '../temporary-database.ts';
import { outboxIn } from '../../social-service/src/events/outbox.ts';

const SIZES = [250_000, 500_000, 1_000_000];
const CHUNK = 50_000;
const USER = 1;
const log = createLogger('deletion-bench', 'warn');

async function fill({ db }: Database<Schema>, posts: number): Promise<void> {
  // Two users write in turn, so that the posts of the deleted one are spread.
  for (let done = 0; done < posts; done += CHUNK)
    await sql`insert into posts (author_id, content, created_at)
      select 1 + n % 2, repeat('text ', 40), now() - interval '1 day' from generate_series(1, ${2 * CHUNK}) as n`.execute(
      db,
    );
  await sql`vacuum analyze posts`.execute(db);
}

/** Returns the milliseconds that `work` takes. */
async function msOf(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

async function measure(database: Database<Schema>): Promise<(string | number)[]> {
  const { db } = database;
  const replica = replicaIn(db, log, outboxIn(db));
  await replica.apply(batchOf([named(1, USER, 'one'), named(2, 2, 'two')]), 0);
  const hiddenMs = await msOf(() => replica.apply(batchOf([deleted(3, USER)]), 2));
  const rest = await postsIn(db).pageOf(USER, { limit: 1, after: undefined });
  if (rest.items.length > 0) throw new Error('posts are shown');
  const deleting = { running: true };
  const deletion = msOf(() => deleteDepartedContent(db, outboxIn(db))).finally(
    () => (deleting.running = false),
  );
  const renameMs: number[] = [];
  for (let offset = 4; deleting.running; offset += 1)
    renameMs.push(
      await msOf(() => replica.apply(batchOf([named(offset, 2, `name_${offset}`)]), offset - 1)),
    );
  const deletionMs = await deletion;
  renameMs.sort((a, b) => a - b);
  return [
    hiddenMs.toFixed(0),
    (deletionMs / 1000).toFixed(1),
    renameMs.length,
    renameMs[Math.floor(renameMs.length / 2)]!.toFixed(1),
    renameMs.at(-1)!.toFixed(0),
  ];
}

const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : SIZES;
console.log(
  '| posts | hidden after, ms | rows deleted after, s | renames meanwhile | median, ms | longest, ms |',
);
console.log('| --: | --: | --: | --: | --: | --: |');
for (const size of sizes) {
  const { settings, remove } = await createDatabase('deletion-bench');
  try {
    const database = await openDatabase<Schema>({
      databaseUrl: undefined,
      dataDir: '',
      ...('DATABASE_URL' in settings
        ? { databaseUrl: settings.DATABASE_URL }
        : { dataDir: settings.DATA_DIR }),
      migrations,
      log,
    });
    await database.prepared;
    try {
      await fill(database, size);
      const cells = [size.toLocaleString('en'), ...(await measure(database))];
      console.log(`| ${cells.join(' | ')} |`);
    } finally {
      await database.close();
    }
  } finally {
    await remove();
  }
}
