// Log lines as a process writes them to standard output.
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { runNode } from 'chassis/testing/process';

jest.setTimeout(60_000);

test('writes JSON lines with service, level and time, without personal data and secrets', async () => {
  const file = join(import.meta.dirname, '../support/logging-process.ts');
  const { lines, ...ended } = await runNode(file, {});
  expect(ended).toEqual({ code: 0, stderr: '' });
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    {
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      service: 'some-service',
      email: '[hidden]',
      user: { id: 1, password: '[hidden]' },
      msg: 'hello',
    },
  ]);
});
