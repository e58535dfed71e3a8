// The process: what it refuses to start with, and how it ends.
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { logged, run } from '../../test/support/child.ts';
import { embeddedDatabase } from '../../test/support/database.ts';

const main = join(import.meta.dirname, '../src/main.ts');

test('a wrong setting is told in one line, with exit code 1', async () => {
  expect(await run(main, { DEMO_DATA: 'yes' }).ended).toEqual({
    code: 1,
    stderr:
      'DEMO_DATA is "yes", but should be true or false, and not true when NODE_ENV is production.\n',
  });
});

test('SIGTERM ends it with exit code 0, and its data directory is free', async () => {
  const { settings, remove } = await embeddedDatabase();
  for (let round = 0; round < 2; round += 1) {
    const service = run(main, { ...settings, PORT: '0', ADMIN_PORT: '0', DEMO_DATA: 'true' });
    const { url } = await logged(service, 'listening');
    expect((await fetch(`${String(url)}/api/posts/5`)).status).toBe(200);
    service.process.kill('SIGTERM');
    expect(await service.ended).toEqual({ code: 0, stderr: '' });
  }
  await remove();
});
