// Social as a process: a wrong setting, and how the process ends.
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { startNode, startService } from 'chassis/testing/process';
import { embeddedDatabase } from 'chassis/testing/database';

const main = join(import.meta.dirname, '../src/main.ts');

test('a wrong setting is printed in one line, with exit code 1', async () => {
  expect(await startNode(main, { DEMO_DATA: 'yes' }).ended).toEqual({
    code: 1,
    stderr:
      'DEMO_DATA is "yes", but should be true or false, and not true when NODE_ENV is production.\n',
  });
});

test('SIGTERM ends the process with exit code 0; the next process can use its data directory', async () => {
  const { settings, remove } = await embeddedDatabase();
  for (let round = 0; round < 2; round += 1) {
    const { child, url } = await startService(main, { ...settings, DEMO_DATA: 'true' });
    expect((await fetch(`${url}/api/posts/5`)).status).toBe(200);
    expect(await child.stop()).toEqual({ code: 0, stderr: '' });
  }
  await remove();
});
