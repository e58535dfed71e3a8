// The check that Node is new enough.
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { startNode } from 'chassis/testing/process';

jest.setTimeout(60_000);

test.each([
  ['20.19.0', 1, /^This needs Node 24 or newer, but Node 20\.19\.0 runs it\. .*npm start.*\n$/],
  ['24.0.0', 0, /^$/],
  ['26.1.0', 0, /^$/],
])('under Node %s a process ends with exit code %i', async (version, code, stderr) => {
  const guard = join(import.meta.dirname, '../support/under-node.ts');
  const ended = await startNode(guard, {}, { args: [version] }).ended;
  expect(ended).toEqual({ code, stderr: expect.stringMatching(stderr) });
});
