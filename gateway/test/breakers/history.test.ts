// The last ten minutes for the charts of the admin page.
import { expect, test } from '@jest/globals';
import { createMetrics } from 'chassis/observability/metrics';
import { memoryLog } from 'chassis/testing/memory-log';
import { createHistory } from '../../src/admin/history.ts';
import { pointOf, type Reading } from '../../src/admin/rates.ts';
import { createObserver } from '../../src/metrics.ts';
import { startTestbed } from '../support/testbed.ts';

const HOUR_MS = 3_600_000;

async function arrange() {
  const metrics = createMetrics();
  const observer = createObserver(metrics, memoryLog().log);
  const history = createHistory(metrics, HOUR_MS);
  await history.take();
  const lastOf = (name: string) => history.columns().series[name]!.at(-1);
  return { observer, history, lastOf };
}

test('a point has the share of failed attempts and the quantiles of their durations since the point before', async () => {
  const { observer, history, lastOf } = await arrange();
  for (let count = 0; count < 98; count += 1) observer.attempt('social', 'post', 'ok', 0.004);
  observer.attempt('social', 'post', 'timeout', 0.9);
  observer.attempt('social', 'post', 'server-error', 0.9);
  // Waits on purpose.
  observer.attempt('identity', 'log', 'ok', 2);
  await history.take();
  expect(lastOf('social.errors')).toBeCloseTo(0.02);
  expect(lastOf('social.p50')).toBeGreaterThan(0.0025);
  expect(lastOf('social.p50')).toBeLessThanOrEqual(0.005);
  expect(lastOf('social.p99')).toBeGreaterThan(0.5);
  expect([lastOf('identity.errors'), lastOf('identity.p99')]).toEqual([null, null]);
  // An interval without attempts has neither.
  await history.take();
  expect([lastOf('social.errors'), lastOf('social.p99')]).toEqual([null, null]);
  history.close();
});

test('a point has degraded answers by reason and lookups by result', async () => {
  const { observer, history, lastOf } = await arrange();
  observer.degraded('author', 'replica');
  observer.lookup('author', 'hit');
  observer.lookup('post', 'hit');
  await history.take();
  expect(lastOf('degraded.replica')).toBeGreaterThan(0);
  expect(lastOf('degraded.stale')).toBe(0);
  expect(lastOf('cache.hit')! / lastOf('degraded.replica')!).toBeCloseTo(2, 2);
  history.close();
});

test('sixty points are kept, the newest last', async () => {
  const { observer, history } = await arrange();
  for (let count = 0; count < 70; count += 1) await history.take();
  observer.degraded('author', 'stale');
  await history.take();
  const { at, series } = history.columns();
  expect([at.length, series['degraded.stale']!.length]).toEqual([60, 60]);
  expect(series['degraded.stale']!.findIndex((value) => value! > 0)).toBe(59);
  history.close();
});

const reading = (value: number): Reading => ({
  attempts: [],
  requests: [{ name: 'x_count', labels: { route: '/api/posts/:id' }, value }],
  inFlight: [],
  degraded: [],
  lookups: [],
  permits: [],
  budget: [],
  lag: [],
});

test('a counter that began again at 0 gives no negative rate', () => {
  expect(pointOf(reading(9), reading(4), 1)['requests']).toBe(0);
  expect(pointOf(reading(4), reading(9), 2)['requests']).toBe(2.5);
});

test('/history has the columns of a gateway, and permits are a metric', async () => {
  const testbed = await startTestbed();
  expect((await testbed.admin('/history')).body).toEqual({ at: [], series: {} });
  expect(await testbed.metric('gateway_permits{upstream="social",state="used"}')).toBe(0);
});
