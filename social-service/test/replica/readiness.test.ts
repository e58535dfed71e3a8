// When the copy is good enough to be served from.
import { expect, test } from '@jest/globals';
import { replicaReadiness } from '../../src/replica/readiness.ts';

function setUp() {
  const now = {
    position: 0,
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

test('a first copy is not, whether or not the log can be had, until it has caught up', async () => {
  const { now, readiness } = setUp();
  expect(await readiness()).toMatch(/has not caught up/);
  now.failing = true;
  expect(await readiness()).toMatch(/is unavailable/);
  // Half of the users are no copy to serve.
  now.position = 500;
  expect(await readiness()).toMatch(/is unavailable/);
  now.failing = false;
  expect(await readiness()).toMatch(/has not caught up/);
  now.caughtUp = true;
  expect(await readiness()).toBeUndefined();
});

test('one that was whole is, when the log cannot be had', async () => {
  const { now, readiness } = setUp();
  Object.assign(now, { whole: true, rebuilding: false, position: 500 });
  expect(await readiness()).toMatch(/has not caught up/);
  now.failing = true;
  expect(await readiness()).toBeUndefined();
});

test('one that was whole is, when its log is lost: nothing will come of waiting', async () => {
  const { now, readiness } = setUp();
  Object.assign(now, { whole: true, rebuilding: false, position: 500, lost: true });
  expect(await readiness()).toBeUndefined();
});

test('one that is being rebuilt is, after a restart too: the one before is served', async () => {
  const { now, readiness } = setUp();
  Object.assign(now, { whole: true, generation: 2 });
  expect(await readiness()).toBeUndefined();
});

test('what was good enough once stays so, however late it is', async () => {
  const { now, readiness } = setUp();
  Object.assign(now, { whole: true, failing: true, rebuilding: false, position: 500 });
  await readiness();
  Object.assign(now, { failing: false, position: 0 });
  expect(await readiness()).toBeUndefined();
});
