// The log's lines, as a process writes them to standard output.
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { run } from '../../../test/support/child.ts';

test('a line is JSON with service, level and time, and hides what must not be in it', async () => {
  const child = run(join(import.meta.dirname, '../support/logs.ts'), {});
  const lines: Record<string, unknown>[] = [];
  child.stdout.on('line', (line) => lines.push(JSON.parse(line) as Record<string, unknown>));
  expect(await child.ended).toEqual({ code: 0, stderr: '' });
  expect(lines).toEqual([
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
