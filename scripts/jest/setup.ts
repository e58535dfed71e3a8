// Before all tests: makes a folder for their files, an empty embedded database that tests copy, and the web app.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emptyDatabase } from '../start/empty-database.ts';
import { buildWeb } from '../start/web-build.ts';

export default async function setup(): Promise<void> {
  process.env['TEST_TEMP'] = mkdtempSync(join(tmpdir(), 'social-network-'));
  process.env['TEST_CLUSTER'] = await emptyDatabase();
  await buildWeb(join(import.meta.dirname, '../..'), () => {});
}
