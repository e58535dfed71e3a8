// A process that cannot stop.
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { logged, startNode } from 'chassis/testing/process';

test('ends a service that hangs while stopping within 10 s, with a message and exit code 1', async () => {
  const child = startNode(join(import.meta.dirname, '../support/stuck-service.ts'), {});
  await logged(child, 'running');
  const start = performance.now();
  expect(await child.stop()).toEqual({
    code: 1,
    stderr: 'Stopping took longer than 9 s; exiting with work unfinished.\n',
  });
  expect(performance.now() - start).toBeLessThan(10_000);
});
