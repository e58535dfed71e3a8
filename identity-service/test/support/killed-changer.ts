// Runs the changer (changer.ts) and kills it with SIGKILL.
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { run } from '../../../test/support/child.ts';
import type { Change } from '../../src/events/outbox.ts';

const changer = join(import.meta.dirname, 'changer.ts');

/** Kills it as soon as it has acknowledged `count` changes; resolves with all that it acknowledged. */
export async function changeUntilKilled(
  settings: Readonly<Record<string, string>>,
  count: number,
): Promise<Change[]> {
  const child = run(changer, settings);
  const acknowledged: Change[] = [];
  child.stdout.on('line', (line) => {
    acknowledged.push(JSON.parse(line) as Change);
    if (acknowledged.length === count) child.process.kill('SIGKILL');
  });
  expect(await child.ended).toEqual({ code: 'SIGKILL', stderr: '' });
  return acknowledged;
}
