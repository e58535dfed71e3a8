// Which ended sessions are remembered, and for how long. The source is a feed on a real socket.
import { afterEach, expect, test } from '@jest/globals';
import { consumeEndedSessions } from 'chassis/events/ended-sessions';
import { httpSource } from 'chassis/events/http-source';
import { createMetrics } from 'chassis/observability/metrics';
import { startFakeIdentity } from 'chassis/testing/fake-identity';
import { memoryLog } from 'chassis/testing/memory-log';
import { seriesIn } from 'chassis/testing/metrics';
import { until } from 'chassis/testing/until';
import { sessionEnded } from 'chassis/testing/user-events';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).toReversed()) await cleanUp();
});

/** Consumes the feed of a fake Identity. `clock.ms` moves the clock forward. */
async function arrange({ maxEntries = 100 } = {}) {
  const identity = await startFakeIdentity();
  const { log, lines } = memoryLog();
  const metrics = createMetrics();
  const clock = { ms: 0 };
  const ended = consumeEndedSessions({
    name: 'test_ended',
    source: httpSource({ url: `${identity.url}/api/ended-sessions`, waitMs: 2000 }),
    log,
    metrics,
    maxEntries,
    now: () => Date.now() + clock.ms,
  });
  cleanups.push(identity.close, () => ended.stop());
  const knows = (...ids: string[]) =>
    until(`it knows ${ids.join()}`, async () => ids.every((id) => ended.has(id)));
  const metric = async (series: string) => seriesIn(await metrics.text(), series);
  return { identity, ended, lines, clock, knows, metric };
}

test('knows a session that ended before it started, and one that ends later', async () => {
  const { identity, ended, knows } = await arrange();
  identity.endSession('first');
  await knows('first');
  expect(ended.has('second')).toBe(false);
  identity.endSession('second');
  await knows('first', 'second');
});

test('forgets a session when its tokens have expired', async () => {
  const { identity, ended, clock, knows, metric } = await arrange();
  identity.endedSessions.append([sessionEnded(1, 'short', 60_000), sessionEnded(2, 'long')]);
  await knows('short', 'long');
  clock.ms = 60_000;
  expect(await metric('test_ended_entries')).toBe(1);
  expect([ended.has('short'), ended.has('long')]).toEqual([false, true]);
});

test('remembers a bounded number of sessions, and forgets the oldest first', async () => {
  const { identity, ended, knows } = await arrange({ maxEntries: 2 });
  for (const id of ['a', 'b', 'c']) identity.endSession(id);
  await knows('b', 'c');
  expect(ended.has('a')).toBe(false);
});

test('skips events of other types, and counts those that break the contract', async () => {
  const { identity, knows, metric } = await arrange();
  const { event } = sessionEnded(1, 'x') as { event: { data: object } };
  const events = [
    { type: 'SessionBegan' },
    null,
    { ...event, data: null },
    { ...event, data: { ...event.data, tokensExpireAt: 'soon' } },
    { ...event, data: { ...event.data, id: 7 } },
  ];
  identity.endedSessions.append(events.map((other, at) => ({ offset: at + 1, event: other })));
  identity.endSession('after');
  await knows('after');
  expect(await metric('test_ended_log_events_total{outcome="skipped"}')).toBe(1);
  expect(await metric('test_ended_log_events_total{outcome="broken"}')).toBe(4);
});

test('keeps what it knows while the feed is away, says so in its metric, and continues when it is back', async () => {
  const { identity, ended, knows, metric } = await arrange();
  identity.endSession('before');
  await knows('before');
  identity.disconnect();
  await until(
    'the metric says so',
    async () => (await metric('test_ended_log_state{state="source_away"}')) === 1,
  );
  expect(ended.has('before')).toBe(true);
  identity.reconnect();
  identity.endSession('after');
  await knows('before', 'after');
});

test('reads from the beginning when the feed does not know its offset, as after a restore', async () => {
  const { identity, lines, knows } = await arrange();
  for (const id of ['a', 'b', 'c']) identity.endSession(id);
  await knows('c');
  identity.endedSessions.replace([sessionEnded(1, 'restored')]);
  await knows('restored');
  // Nobody has to decide anything.
  expect(lines.filter(({ level }) => Number(level) >= 50)).toEqual([]);
});
