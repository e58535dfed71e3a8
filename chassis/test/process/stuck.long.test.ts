// A process that cannot stop.
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { logged, run } from '../../../test/support/child.ts';

test('a service that hangs while it stops is cut off within 10 s, says so, and ends with exit code 1', async () => {
  const child = run(join(import.meta.dirname, '../support/stuck.ts'), {});
  await logged(child, 'running');
  const since = performance.now();
  child.process.kill('SIGTERM');
  expect(await child.ended).toEqual({
    code: 1,
    stderr: 'Stopping took longer than 9 s; exiting with work unfinished.\n',
  });
  expect(performance.now() - since).toBeLessThan(10_000);
});
