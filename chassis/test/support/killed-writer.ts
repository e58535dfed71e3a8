// Runs the writer (writer.ts) and kills it with SIGKILL.
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { run } from '../../../test/support/child.ts';

const writer = join(import.meta.dirname, 'writer.ts');

/** Kills it as soon as it has acknowledged `count` notes; resolves with all that it acknowledged. */
export async function writeUntilKilled(
  settings: Readonly<Record<string, string>>,
  count: number,
): Promise<string[]> {
  const child = run(writer, settings);
  const acknowledged: string[] = [];
  child.stdout.on('line', (line) => {
    acknowledged.push(line);
    if (acknowledged.length === count) child.process.kill('SIGKILL');
  });
  expect(await child.ended).toEqual({ code: 'SIGKILL', stderr: '' });
  return acknowledged;
}
