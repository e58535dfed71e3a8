// How `npm start` ends when one of the four processes ends on its own.
import { expect, jest, test } from '@jest/globals';
import { expectNothingLeft, ready, start } from './support/system.ts';

// Two databases are made from nothing, on whatever machine this is.
jest.setTimeout(120_000);

test('nothing is left running when the launcher itself is killed', async () => {
  const system = await start();
  await ready(system);
  const pids = [system.pidOf('identity'), system.pidOf('social')];
  process.kill(system.pid, 'SIGKILL');
  expect(await system.ended).toBe('SIGKILL');
  await expectNothingLeft(system, pids);
});

test('a process that cannot start ends the others, with exit code 1', async () => {
  const system = await start({ BREAKER_VOLUME: 'many' });
  expect(await system.ended).toBe(1);
  expect(system.text()).toMatch(/^gateway {2}│ BREAKER_VOLUME is "many", but should be /m);
  expect(system.text()).toMatch(/^gateway ended before it was ready \(exit code 1\)\.$/m);
  await expectNothingLeft(system, []);
});
