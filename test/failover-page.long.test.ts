// docs/failover.md: the tests that it names exist, and its command for an embedded database works.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { expect, test } from '@jest/globals';
import { embeddedDatabase } from 'chassis/testing/database';
import { CLUSTER } from 'chassis/postgres/settings';
import { openTestDatabase } from '../identity-service/test/support/database.ts';
import { root } from './support/sources.ts';

const page = readFileSync(join(root, 'docs/failover.md'), 'utf8');

test('names only tests that exist', () => {
  const named = [...page.matchAll(/`([\w./-]+\.test\.ts)`/g)].map(([, path]) => path!);
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test('has a command that begins an epoch in an embedded database', async () => {
  const testDatabase = await embeddedDatabase();
  const database = await openTestDatabase(testDatabase);
  await database.close();
  const folder = join(testDatabase.settings.DATA_DIR, CLUSTER);
  const [, command] = /node --input-type=module -e "([^"]+)"/.exec(page)!;
  expect(command).toContain(`'.data/identity/${CLUSTER}'`);
  const own = command!.replace(`.data/identity/${CLUSTER}`, folder);
  execFileSync(process.execPath, ['--input-type=module', '-e', own], { cwd: root });

  const db = await PGlite.create(folder);
  const { rows } = await db.query<{ epochs: number }>(
    'select count(*)::int as epochs from log_epochs',
  );
  await db.close();
  expect(rows).toEqual([{ epochs: 2 }]);
  await testDatabase.remove();
});
