// The guard against a Node that is too old.
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { run } from '../../../test/support/child.ts';

test.each([
  ['20.19.0', 1, /^This needs Node 24 or newer, but Node 20\.19\.0 runs it\. .*npm start.*\n$/],
  ['24.0.0', 0, /^$/],
  ['26.1.0', 0, /^$/],
])('under Node %s a process ends with %i', async (version, code, stderr) => {
  const guard = join(import.meta.dirname, '../support/under-node.ts');
  const ended = await run(guard, {}, [version]).ended;
  expect(ended).toEqual({ code, stderr: expect.stringMatching(stderr) });
});
