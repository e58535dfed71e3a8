// The replica in a running Social: what it serves, its background jobs, and a user event log that was restored.
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { createLogger } from 'chassis/observability/log';
import type { Running } from 'chassis/process/process';
import type { PostPage } from 'contracts/types';
import { embeddedDatabase, type TestDatabase } from 'chassis/testing/database';
import { metricOf } from 'chassis/testing/metrics';
import { usernamesAt } from 'chassis/testing/users';
import { replicaIn } from '../../src/replica/store.ts';
import { start } from '../../src/service.ts';
import { batchOf, deleted, type LoggedEvent, named } from 'chassis/testing/user-events';
import { type FakeIdentity, startFakeIdentity } from 'chassis/testing/fake-identity';
import { replicaStateOf } from '../support/replica-state.ts';
import { ready } from '../support/service.ts';
import { openTestDatabase } from '../support/database.ts';
import { until } from 'chassis/testing/until';
import { outboxIn } from '../../src/events/outbox.ts';

jest.setTimeout(30_000);

let database: TestDatabase;
let identity: FakeIdentity;
let running: Running | undefined;
beforeEach(async () => {
  database = await embeddedDatabase();
  identity = await startFakeIdentity();
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
  await identity.close();
  await database.remove();
});

async function startSocial(): Promise<Running> {
  const common = { PORT: '0', ADMIN_PORT: '0', LOG_LEVEL: 'silent', IDENTITY_URL: identity.url };
  running = await start({ ...database.settings, ...common });
  return running;
}

/** Users from 1 on, each with one event. */
const users = (count: number): LoggedEvent[] =>
  Array.from({ length: count }, (_, n) => named(n + 1, n + 1, `user_${n + 1}`));

const nameOf = async ({ url }: Running, id: number): Promise<string | undefined> =>
  (await usernamesAt(`${url}/api/authors`, [id])).get(id);

test('serves no name of an incomplete first generation while Identity is unreachable', async () => {
  identity.log.append(users(1_300));
  const begun = identity.log.nextRead();
  const social = await startSocial();
  await begun;
  identity.disconnect();
  await until(
    'the replica has some users',
    async () => (await replicaStateOf(social)).position > 0,
  );
  await until('the log is unreachable', async () => {
    return (await (await fetch(`${social.adminUrl}/readyz`)).text()).includes('is unavailable');
  });
  expect((await replicaStateOf(social)).position).toBeLessThan(1_300);
  expect(await nameOf(social, 1)).toBeUndefined();
  identity.reconnect();
  await ready(social.adminUrl);
  expect([await nameOf(social, 1), await nameOf(social, 1_300)]).toEqual(['user_1', 'user_1300']);
});

test('consumes nothing of a log that has lost its end and gives offsets again; a rebuild gets all names', async () => {
  identity.log.append(users(7));
  const social = await startSocial();
  await ready(social.adminUrl);
  // Identity was restored from a backup, and gives the same offsets to other events.
  identity.log.replace(users(6));
  await until('the replica is marked as lost', async () => (await replicaStateOf(social)).lost);
  identity.log.append([named(7, 1, 'renamed'), named(8, 2, 'another')]);
  await until('the consumer has reported it again', async () => {
    return (await metricOf(social, 'social_log_failures_total{step="position"}')) > 1;
  });
  expect(await replicaStateOf(social)).toMatchObject({ position: 7, lost: true });
  expect(await nameOf(social, 2)).toBe('user_2');

  const answer = await fetch(`${social.adminUrl}/authors/rebuild`, { method: 'POST' });
  expect(await answer.json()).toMatchObject({ began: true });
  await until('the rebuild is complete', async () => !(await replicaStateOf(social)).rebuilding);
  expect(await replicaStateOf(social)).toMatchObject({ position: 8, lost: false });
  const names = await Promise.all([1, 2, 3, 7].map((id) => nameOf(social, id)));
  expect(names).toEqual(['renamed', 'another', 'user_3', undefined]);
});

test('compares its names with Identity and removes the content of deleted users, in the background', async () => {
  const log = [...users(3), deleted(4, 9, new Date().toISOString())];
  const stores = await openTestDatabase(database);
  await replicaIn(stores.db, createLogger('test', 'silent'), outboxIn(stores.db)).apply(
    batchOf(log),
    0,
  );
  // Written with a token that was still valid.
  await stores.db.insertInto('posts').values({ author_id: 9, content: 'late' }).execute();
  await stores.close();
  identity.log.append(log);
  for (const id of [1, 2, 3]) identity.users.set(id, id === 2 ? 'other' : `user_${id}`);

  const social = await startSocial();
  await ready(social.adminUrl);
  await until(
    'a sample was compared',
    async () => (await metricOf(social, 'social_authors_compared')) > 0,
  );
  await until(
    'one differs',
    async () => (await metricOf(social, 'social_authors_divergent')) === 1,
  );
  await until('the post is gone', async () => {
    const answer = await fetch(`${social.url}/api/posts?authorId=9`);
    return ((await answer.json()) as PostPage).items.length === 0;
  });
});
