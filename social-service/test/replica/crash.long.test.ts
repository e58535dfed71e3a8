// SIGKILL while events are applied: the stored offset always matches the replica, whenever the signal comes.
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect, jest, test } from '@jest/globals';
import { describeOnBoth } from 'chassis/testing/database';
import { startFakeIdentity } from 'chassis/testing/fake-identity';
import { ready } from '../support/service.ts';
import {
  EVENTS,
  addPosts,
  longLog,
  startSocialProcess,
  expectedAt,
  stateIn,
} from '../support/long-log.ts';

jest.setTimeout(120_000);

const KILLS = 10;

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

describeOnBoth('a process that is killed again and again', (newDatabase) => {
  test('has applied every event up to its offset once, and no later one', async () => {
    const [testDatabase, identity] = await Promise.all([newDatabase(), startFakeIdentity()]);
    cleanups.push(testDatabase.remove, identity.close);
    identity.log.append(longLog);
    await addPosts(testDatabase);

    const seen: number[] = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      const reading = identity.log.nextRead(2);
      const { child } = await startSocialProcess(testDatabase, identity);
      await reading;
      // Somewhere in the reading, the applying or the acknowledging of a batch.
      await pause(Math.random() * 25);
      await child.stop('SIGKILL');
      const { position, ...state } = await stateIn(testDatabase);
      expect(state).toEqual(expectedAt(position));
      seen.push(position);
    }
    // The signals came in the middle of the work.
    expect(new Set(seen).size).toBeGreaterThan(1);
    expect(seen[0]).toBeLessThan(EVENTS);

    const { child, adminUrl } = await startSocialProcess(testDatabase, identity);
    await ready(adminUrl);
    await child.stop();
    expect(await stateIn(testDatabase)).toEqual({ position: EVENTS, ...expectedAt(EVENTS) });
  });
});
