// Reads breakers from the metrics, and commands them through the admin port.
import { expect } from '@jest/globals';
import { status } from './faulty-responders.ts';
import type { Responder } from 'chassis/testing/stub-server';
import { until } from 'chassis/testing/until';
import { seriesIn } from 'chassis/testing/metrics';
import type { Testbed } from './testbed.ts';

export type BreakerName = 'identity' | 'social' | 'social-copy';
type Upstream = Exclude<BreakerName, 'social-copy'>;
export type BreakerState = 'closed' | 'open' | 'half_open' | 'forced_open' | 'forced_closed';
export const BREAKER_STATES: readonly BreakerState[] = [
  'closed',
  'open',
  'half_open',
  'forced_open',
  'forced_closed',
];

/** Reads the state of a breaker: the only state whose series is 1. */
export async function breakerStateOf(
  { admin }: Testbed,
  upstream: BreakerName,
): Promise<BreakerState | undefined> {
  const { text } = await admin('/metrics');
  const values = BREAKER_STATES.map((state) =>
    seriesIn(text, `gateway_breaker_state{upstream="${upstream}",state="${state}"}`),
  );
  expect(values.filter((value) => value === 0)).toHaveLength(BREAKER_STATES.length - 1);
  expect(values).toContain(1);
  return BREAKER_STATES[values.indexOf(1)];
}

/** Waits until a breaker has a state. */
export const untilBreakerIs = (testbed: Testbed, upstream: BreakerName, state: BreakerState) =>
  until(`the breaker of ${upstream} is ${state}`, async () => {
    return (await breakerStateOf(testbed, upstream)) === state;
  });

/** Gives a breaker an operator's command: open, close or auto. */
export const commandBreaker = async (testbed: Testbed, upstream: BreakerName, command: string) => {
  const response = await testbed.admin(`/breakers/${upstream}/${command}`, { method: 'POST' });
  expect(response.status).toBeLessThan(300);
};

/** Makes the upstream fail until its breaker opens. The upstream keeps failing afterwards. */
export async function tripBreaker(
  testbed: Testbed,
  upstream: Upstream,
  fails: Responder = status(500),
): Promise<void> {
  testbed[upstream].respondWith(fails);
  let id = 100;
  await until(`the breaker of ${upstream} opens`, async () => {
    await testbed.request(`/api/posts/${(id += 1)}`);
    return (await breakerStateOf(testbed, upstream)) === 'open';
  });
}
