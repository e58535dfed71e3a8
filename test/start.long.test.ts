// How `npm start` ends when one of its four processes ends by itself.
import { expect, jest, test } from '@jest/globals';
import { expectAllEnded, ready, start } from './support/system.ts';

// The start creates two databases, which is slow on some machines.
jest.setTimeout(120_000);

test('ends all processes when the launcher is killed', async () => {
  const system = await start();
  await ready(system);
  const pids = [system.pidOf('identity'), system.pidOf('social')];
  process.kill(system.pid, 'SIGKILL');
  expect(await system.ended).toBe('SIGKILL');
  await expectAllEnded(system, pids);
});

test('ends the other processes with exit code 1 when one process cannot start', async () => {
  const system = await start({ BREAKER_VOLUME: 'many' });
  expect(await system.ended).toBe(1);
  expect(system.text()).toMatch(/^gateway {2}│ BREAKER_VOLUME is "many", but should be /m);
  expect(system.text()).toMatch(/^gateway ended before it was ready \(exit code 1\)\.$/m);
  await expectAllEnded(system, []);
});
