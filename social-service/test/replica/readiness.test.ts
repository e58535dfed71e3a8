// When the replica is ready to be served.
import { expect, test } from '@jest/globals';
import type { ConsumerState } from 'chassis/events/consumer-state';
import { replicaNotice, replicaReadiness } from '../../src/replica/readiness.ts';

function setUp() {
  const now = {
    position: 0,
    epoch: null,
    goal: null,
    generation: 1,
    rebuilding: true,
    whole: false,
    lost: false,
    caughtUp: false,
    failing: false,
  };
  const readiness = replicaReadiness({
    replica: { state: async () => now },
    caughtUp: () => now.caughtUp,
    failing: () => now.failing,
  });
  return { now, readiness };
}

test('the first generation is not ready until it has caught up, whether or not the log is reachable', async () => {
  const { now, readiness } = setUp();
  expect(await readiness()).toMatch(/has not caught up/);
  now.failing = true;
  expect(await readiness()).toMatch(/is unavailable/);
  // Half of the users are not enough.
  now.position = 500;
  expect(await readiness()).toMatch(/is unavailable/);
  now.failing = false;
  expect(await readiness()).toMatch(/has not caught up/);
  now.caughtUp = true;
  expect(await readiness()).toBeUndefined();
});

test('a replica that was complete is ready while the log is unreachable', async () => {
  const { now, readiness } = setUp();
  Object.assign(now, { whole: true, rebuilding: false, position: 500 });
  expect(await readiness()).toMatch(/has not caught up/);
  now.failing = true;
  expect(await readiness()).toBeUndefined();
});

test('a replica that was complete is ready when its log is lost: waiting would not help', async () => {
  const { now, readiness } = setUp();
  Object.assign(now, { whole: true, rebuilding: false, position: 500, lost: true });
  expect(await readiness()).toBeUndefined();
});

test('a replica that is being rebuilt is ready, also after a restart: the generation before is served', async () => {
  const { now, readiness } = setUp();
  Object.assign(now, { whole: true, generation: 2 });
  expect(await readiness()).toBeUndefined();
});

test('a replica that was ready stays ready, however late it is', async () => {
  const { now, readiness } = setUp();
  Object.assign(now, { whole: true, failing: true, rebuilding: false, position: 500 });
  await readiness();
  Object.assign(now, { failing: false, position: 0 });
  expect(await readiness()).toBeUndefined();
});

const notice = (state: ConsumerState) => replicaNotice({ state, otherEpoch: '1'.repeat(16) });

test('a log with another history, or a shorter one, is noticed; a log that is away is not', () => {
  expect(notice('lost')).toMatch(/ends before the offset.*failover\.md/);
  expect(notice('other_epoch')).toMatch(/epoch 1111111111111111\..*failover\.md/);
  expect(notice('source_away')).toBeUndefined();
  expect(notice('consuming')).toBeUndefined();
});
