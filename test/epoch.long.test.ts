// The database of Identity gets another history: a standby that lacks the last changes is promoted at the same address. No
// id and no offset is given twice, and whoever consumed the lost changes notices before it takes anything from the new log.
import { join } from 'node:path';
import { afterEach, expect, jest, test } from '@jest/globals';
import { embeddedDatabase, emptyFolder } from 'chassis/testing/database';
import { freePorts } from 'chassis/testing/free-ports';
import { metricOf } from 'chassis/testing/metrics';
import { describeWithPostgres, type PostgresServer, startPostgres } from 'chassis/testing/postgres';
import { runNode, type ServiceProcess } from 'chassis/testing/process';
import { until, untilSuccess } from 'chassis/testing/until';
import { PASSWORD, usernamesAt } from 'chassis/testing/users';
import { replicaStateOf } from '../social-service/test/support/replica-state.ts';
import { startService, untilConsumed, verify } from './support/service-processes.ts';
import { root } from './support/sources.ts';

const LIMIT_MS = 30_000;

interface Registered {
  readonly id: number;
  readonly accessToken: string;
}

async function register({ url }: ServiceProcess, username: string): Promise<Registered> {
  const response = await fetch(`${url}/api/users`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username, email: `${username}@example.org`, password: PASSWORD }),
  });
  if (response.status !== 201) throw new Error(`registration failed with ${response.status}`);
  const { user, accessToken } = (await response.json()) as {
    user: { id: number };
    accessToken: string;
  };
  return { id: user.id, accessToken };
}

async function rename({ url }: ServiceProcess, user: Registered, username: string): Promise<void> {
  const response = await fetch(`${url}/api/me`, {
    method: 'PATCH',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${user.accessToken}` },
    body: JSON.stringify({ username }),
  });
  expect(response.status).toBe(200);
}

const statusOf = async ({ adminUrl }: ServiceProcess): Promise<number> =>
  (await fetch(`${adminUrl}/readyz`)).status;
const stateOf = (social: ServiceProcess, state: string): Promise<number> =>
  metricOf(social, `social_log_state{state="${state}"}`);
const inState = (social: ServiceProcess, state: string): Promise<boolean> =>
  until(
    `Social is in the state ${state}`,
    async () => (await stateOf(social, state)) === 1,
    LIMIT_MS,
  );

/** Ends the primary as a crash does, and starts its standby at the same address. */
async function failOver(primary: PostgresServer, standby: PostgresServer): Promise<void> {
  await primary.stop('SIGQUIT');
  await standby.start(Number(new URL(primary.url).port));
}

const rebuild = ({ adminUrl }: ServiceProcess, ...args: string[]) => {
  const main = join(root, 'social-service/src/main.ts');
  return runNode(main, { ADMIN_PORT: new URL(adminUrl).port }, 'rebuild-authors', ...args);
};

describeWithPostgres('a standby that is promoted', () => {
  jest.setTimeout(180_000);
  const removals: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const remove of removals.splice(0).toReversed()) await remove();
  });

  async function startBoth(primary: PostgresServer) {
    const socialDatabase = await embeddedDatabase();
    const [PORT] = (await freePorts(1)).map(String) as [string];
    const settings = { DATABASE_URL: primary.url, DATA_DIR: await emptyFolder(), PORT };
    const identity = await startService('identity-service', settings);
    await until('Identity is ready', async () => (await statusOf(identity)) === 200, LIMIT_MS);
    const social = await startService('social-service', {
      ...socialDatabase.settings,
      IDENTITY_URL: identity.url,
    });
    removals.push(
      () => socialDatabase.remove(),
      () => Promise.all([identity, social].map(({ child }) => child.stop('SIGKILL'))),
    );
    return { identity, social };
  }

  async function startPrimary(): Promise<PostgresServer> {
    const primary = await startPostgres();
    removals.push(() => primary.remove());
    return primary;
  }

  test('without the last changes gives no id twice, and Social takes nothing from it until a person decides', async () => {
    const primary = await startPrimary();
    const { identity, social } = await startBoth(primary);
    const cat = await register(identity, 'cat');
    await untilConsumed(identity, social);
    const standby = await primary.standby();
    removals.push(() => standby.remove());
    const lost = [];
    for (const name of ['lost_a', 'lost_b']) lost.push((await register(identity, name)).id);
    await rename(identity, cat, 'cat_lost');
    await untilConsumed(identity, social);
    const { position: lastOffset, epoch } = await replicaStateOf(social);

    await failOver(primary, standby);
    await until('Identity is not ready', async () => (await statusOf(identity)) === 503, LIMIT_MS);
    const writing = await fetch(`${identity.url}/api/users`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ username: 'nobody', email: 'n@example.org', password: PASSWORD }),
    });
    expect(writing.status).toBe(503);
    expect(writing.headers.get('Content-Type')).toMatch('problem+json');
    expect((await fetch(`${identity.url}/api/user-events`)).status).toBe(503);
    await inState(social, 'source_away');
    expect(await replicaStateOf(social)).toMatchObject({ lost: false, position: lastOffset });

    await standby.promote();
    const newcomers = [];
    for (const name of ['new_a', 'new_b', 'new_c'])
      newcomers.push(
        await untilSuccess('Identity takes writes', () => register(identity, name), LIMIT_MS),
      );
    expect(Math.min(...newcomers.map(({ id }) => id))).toBeGreaterThan(Math.max(...lost, 1_000));

    await inState(social, 'other_epoch');
    expect(await metricOf(social, 'social_log_lag_events')).toBeGreaterThan(0);
    const readiness = await fetch(`${social.adminUrl}/readyz`);
    expect(readiness.status).toBe(200);
    expect(await readiness.json()).toMatchObject({
      status: 'ready',
      notice: expect.stringContaining('docs/failover.md'),
    });
    expect(await replicaStateOf(social)).toMatchObject({
      position: lastOffset,
      epoch,
      lost: false,
    });
    const ids = [cat.id, ...lost, ...newcomers.map(({ id }) => id)];
    expect((await usernamesAt(`${social.url}/api/authors`, ids)).get(cat.id)).toBe('cat_lost');

    // A person decides: the log of the promoted database is the truth now.
    const refused = await rebuild(social);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('--epoch ') });
    const [, accepted] = /--epoch ([0-9a-f]{16})/.exec(refused.stderr)!;
    expect(await rebuild(social, '--epoch', accepted!)).toMatchObject({ code: 0, stderr: '' });
    await untilConsumed(identity, social);
    expect(await usernamesAt(`${social.url}/api/authors`, ids)).toEqual(
      new Map([
        [cat.id, 'cat'],
        ...newcomers.map(({ id }, n): [number, string] => [id, ['new_a', 'new_b', 'new_c'][n]!]),
      ]),
    );
    expect(await verify(social)).toMatchObject({ verified: { differences: [] } });
    await inState(social, 'consuming');
  });

  test('with all changes is consumed without anybody’s help', async () => {
    const primary = await startPrimary();
    const { identity, social } = await startBoth(primary);
    const cat = await register(identity, 'cat');
    await untilConsumed(identity, social);
    const { epoch } = await replicaStateOf(social);
    const standby = await primary.standby();
    removals.push(() => standby.remove());
    await failOver(primary, standby);
    await standby.promote();
    const dog = await untilSuccess('Identity writes', () => register(identity, 'dog'), LIMIT_MS);
    await untilConsumed(identity, social);
    expect(await usernamesAt(`${social.url}/api/authors`, [cat.id, dog.id])).toEqual(
      new Map([
        [cat.id, 'cat'],
        [dog.id, 'dog'],
      ]),
    );
    const state = await replicaStateOf(social);
    expect(state.epoch).not.toBe(epoch);
    const epochs = async () => metricOf(identity, 'identity_log_epochs');
    await until('Identity reports its second epoch', async () => (await epochs()) === 2);
  });

  test('as a copy of its files is noticed by the event that it gives a second time', async () => {
    const primary = await startPrimary();
    const { identity, social } = await startBoth(primary);
    const cat = await register(identity, 'cat');
    const snapshot = await primary.snapshot();
    removals.push(() => snapshot.remove());
    await primary.start();
    const lost = await untilSuccess('Identity writes', () => register(identity, 'lost'), LIMIT_MS);
    await untilConsumed(identity, social);
    const { position: lastOffset } = await replicaStateOf(social);

    // Social sees nothing of it until the log has passed its offset again.
    social.child.process.kill('SIGSTOP');
    await failOver(primary, snapshot);
    for (const name of ['new_a', 'new_b'])
      await untilSuccess('Identity writes', () => register(identity, name), LIMIT_MS);
    social.child.process.kill('SIGCONT');
    await inState(social, 'lost');
    expect(await replicaStateOf(social)).toMatchObject({ position: lastOffset, lost: true });
    expect(await usernamesAt(`${social.url}/api/authors`, [cat.id, lost.id])).toEqual(
      new Map([
        [cat.id, 'cat'],
        [lost.id, 'lost'],
      ]),
    );

    // The step for such a copy in docs/failover.md; here it comes after the first writes, and so only for the next ones.
    await snapshot.query('select begin_log_epoch(true)');
    const next = await register(identity, 'next');
    expect(next.id).toBeGreaterThan(1_000_000);
    await until('Identity reports its second epoch', async () => {
      return (await metricOf(identity, 'identity_log_epochs')) === 2;
    });
  });
});
