// What the log says about a breaker: not a line for each probe.
import { expect, test } from '@jest/globals';
import { memoryLog } from 'chassis/testing/memory-log';
import { breakerLog } from '../../src/breaker-log.ts';
import type { BreakerState } from '../../src/upstream/engine/breaker.ts';

const MINUTE = 60_000;
const settings = { errorPercent: 50, volume: 5, resetMs: 5_000, windowMs: 10_000 };

function arrange() {
  const { log, lines } = memoryLog();
  const clock = { now: 0 };
  const write = breakerLog(log, () => clock.now);
  const change = (state: BreakerState, afterMs: number): void => {
    clock.now += afterMs;
    const window = { attempts: 6, successes: 1, failures: 5 };
    write({
      name: 'identity',
      state,
      since: '',
      window,
      lastFailure: 'refused',
      probes: 0,
      settings,
    });
  };
  const said = () =>
    lines.map(({ msg, openMs }) => [String(msg).split(':')[0], ...(openMs ? [openMs] : [])]);
  return { change, said, lines };
}

test('a breaker that opens is one line, with the cause and the counts; its closing says how long', () => {
  const { change, said, lines } = arrange();
  change('open', 0);
  for (let probe = 1; probe <= 20; probe += 1) {
    change('half_open', 5_000);
    change('open', 100);
  }
  change('half_open', 5_000);
  change('closed', 10);
  expect(said()).toEqual([['breaker opened'], ['breaker closed', 107_010]]);
  expect(lines[0]).toMatchObject({
    upstream: 'identity',
    cause: 'refused',
    attempts: 6,
    failures: 5,
  });
  // The next outage begins anew.
  change('open', MINUTE);
  expect(said().at(-1)).toEqual(['breaker opened']);
});

test('an outage of an hour is a handful of lines', () => {
  const { change, said } = arrange();
  change('open', 0);
  for (let at = 0; at < 60 * MINUTE; at += 5_000) {
    change('half_open', 4_900);
    change('open', 100);
  }
  expect(said()).toEqual([
    ['breaker opened'],
    ...[10, 20, 30, 40, 50, 60].map((minutes) => ['breaker is still open', minutes * MINUTE]),
  ]);
});

test('what an operator switches is logged each time', () => {
  const { change, said } = arrange();
  change('forced_open', 0);
  change('closed', MINUTE);
  expect(said()).toEqual([
    ['breaker switched by an operator'],
    ['breaker switched by an operator'],
  ]);
});
