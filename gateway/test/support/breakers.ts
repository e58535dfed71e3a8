// Breakers as the metrics and the admin port show them.
import { expect } from '@jest/globals';
import { status } from './behaviours.ts';
import { until } from './client.ts';
import { seriesIn } from './metrics.ts';
import type { Stage } from './stage.ts';

export type Name = 'identity' | 'social' | 'social-copy';
type Upstream = Exclude<Name, 'social-copy'>;
export type State = 'closed' | 'open' | 'half_open' | 'forced_open' | 'forced_closed';
export const STATES: readonly State[] = [
  'closed',
  'open',
  'half_open',
  'forced_open',
  'forced_closed',
];
/** The one state whose series is 1. */
export async function stateOf({ admin }: Stage, upstream: Name): Promise<State | undefined> {
  const { text } = await admin('/metrics');
  const values = STATES.map((state) =>
    seriesIn(text, `gateway_breaker_state{upstream="${upstream}",state="${state}"}`),
  );
  expect(values.filter((value) => value === 0)).toHaveLength(STATES.length - 1);
  expect(values).toContain(1);
  return STATES[values.indexOf(1)];
}

/** Waits for a state. */
export const become = (it: Stage, upstream: Name, state: State) =>
  until(`the breaker of ${upstream} is ${state}`, async () => {
    return (await stateOf(it, upstream)) === state;
  });

/** An operator's word: open, close or auto. */
export const command = async (it: Stage, upstream: Name, word: string) => {
  const heard = await it.admin(`/breakers/${upstream}/${word}`, { method: 'POST' });
  expect(heard.status).toBeLessThan(300);
};

/** Lets the upstream fail until its breaker opens. */
export async function breakIt(it: Stage, upstream: Upstream): Promise<void> {
  it[upstream].behave(status(500));
  let id = 100;
  await until(`the breaker of ${upstream} opens`, async () => {
    await it.get(`/api/posts/${(id += 1)}`);
    return (await stateOf(it, upstream)) === 'open';
  });
}
