// Social's memory does not grow with the user event log.
import { join } from 'node:path';
import { afterAll, expect, jest, test } from '@jest/globals';
import { embeddedDatabase } from 'chassis/testing/database';
import { serveGeneratedFeed, usernameOf } from 'chassis/testing/generated-feed';
import { type ServiceProcess, startService } from 'chassis/testing/process';
import { until } from 'chassis/testing/until';
import { usernamesAt } from 'chassis/testing/users';
import { replicaStateOf } from '../support/replica-state.ts';

jest.setTimeout(300_000);

const USERS = 300_000;
/** In MB; some 35 are in use at any time. All events together would be more than twice this. */
const HEAP = 96;

const ends: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const end of ends.toReversed()) await end();
});

test(`consumes the names of ${USERS} users, twice, with ${HEAP} MB of heap`, async () => {
  const database = await embeddedDatabase();
  ends.push(database.remove);
  const log = await serveGeneratedFeed(USERS);
  ends.push(async () => log.stop());
  const social = await startService(join(import.meta.dirname, '../../src/main.ts'), {
    ...database.settings,
    DEMO_DATA: 'false',
    IDENTITY_URL: log.url,
    NODE_OPTIONS: `--max-old-space-size=${HEAP}`,
  });
  ends.push(async () => void (await social.child.stop()));
  await untilComplete(social);
  await fetch(`${social.adminUrl}/authors/rebuild`, { method: 'POST' });
  await untilComplete(social);
  expect(social.child.process.exitCode).toBeNull();
});

async function untilComplete(social: ServiceProcess): Promise<void> {
  const { child, url } = social;
  const isComplete = async (): Promise<boolean> => {
    // The process ends by itself when the heap is full.
    expect(child.process.signalCode).toBeNull();
    const { position, rebuilding } = await replicaStateOf(social);
    return position === USERS && !rebuilding;
  };
  await until('the replica is complete', isComplete, 120_000);
  const names = [1, USERS].map((id) => [id, usernameOf(id)] as const);
  expect(await usernamesAt(`${url}/api/authors`, [1, USERS])).toEqual(new Map(names));
}
