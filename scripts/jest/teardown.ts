// After all tests: deletes their files.
import { rmSync } from 'node:fs';

export default async function teardown(): Promise<void> {
  const folder = process.env['TEST_TEMP'];
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}
