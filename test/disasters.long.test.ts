// Disasters while users change: Identity's database fails over to a standby that is behind, and the broker's disk is full.
import { join } from 'node:path';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { afterEach, expect, jest, test } from '@jest/globals';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { brokerOptions } from 'chassis/events/nats/connection';
import { embeddedDatabase, emptyFolder } from 'chassis/testing/database';
import { freePorts } from 'chassis/testing/free-ports';
import { metricOf } from 'chassis/testing/metrics';
import { describeWithNats, readStream, startConfiguredNats } from 'chassis/testing/nats';
import { describeWithPostgres, startPostgres } from 'chassis/testing/postgres';
import { runNode, type ServiceProcess } from 'chassis/testing/process';
import { until } from 'chassis/testing/until';
import { usernamesAt } from 'chassis/testing/users';
import { replicaStateOf } from '../social-service/test/support/replica-state.ts';
import { changeUsers } from './support/chaos-clients.ts';
import { type History, newHistory } from './support/history.ts';
import { newSeed, randomOf } from './support/random.ts';
import { startService, untilConsumed, verify } from './support/service-processes.ts';
import { root } from './support/sources.ts';
import { register } from './support/user-load.ts';

const LIMIT_MS = 30_000;
const CLIENTS = 4;
const seed = newSeed();

jest.setTimeout(180_000);
const removals: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const remove of removals.splice(0).toReversed()) await remove();
});

const started = (service: ServiceProcess): ServiceProcess => {
  removals.push(() => service.child.stop('SIGKILL'));
  return service;
};

/** Clients that change users until `stop`. */
function startClients({ url }: ServiceProcess, history: History) {
  const stop = new AbortController();
  const running = Array.from({ length: CLIENTS }, (_, at) =>
    changeUsers(url, at, randomOf(seed, at), history, stop.signal),
  );
  return async (): Promise<void> => {
    stop.abort();
    await Promise.all(running);
  };
}

describeWithPostgres('a standby that is behind', () => {
  test('is promoted while users change: no id is given twice, and Social equals Identity once a person has named the epoch', async () => {
    process.stdout.write(`TEST_SEED=${seed}\n`);
    const primary = await startPostgres();
    removals.push(() => primary.remove());
    const [PORT] = (await freePorts(1)).map(String) as [string];
    const identity = started(
      await startService('identity-service', {
        DATABASE_URL: primary.url,
        DATA_DIR: await emptyFolder(),
        PORT,
      }),
    );
    const isReady = async () => (await fetch(`${identity.adminUrl}/readyz`)).ok;
    await until('Identity is ready', isReady, LIMIT_MS);
    const database = await embeddedDatabase();
    removals.push(() => database.remove());
    const social = started(
      await startService('social-service', { ...database.settings, IDENTITY_URL: identity.url }),
    );
    const history = newHistory();
    const registered = (count: number) => () => history.users.length >= count;
    const stopClients = startClients(identity, history);
    await until('users are registered', registered(5), LIMIT_MS);
    const standby = await primary.standby();
    removals.push(() => standby.remove());
    const before = history.users.length;
    await until('the primary is ahead', registered(before + 5), LIMIT_MS);
    const idsAhead = () => history.users.slice(before).map(({ id }) => id);
    await until(
      'Social has seen what will be lost',
      async () => (await usernamesAt(`${social.url}/api/authors`, idsAhead())).size > 0,
      LIMIT_MS,
    );
    await primary.stop('SIGQUIT');
    await standby.start(Number(new URL(primary.url).port));
    await standby.promote();
    const after = history.users.length;
    await until('users register again', registered(after + 5), LIMIT_MS);
    await stopClients();

    const ids = history.users.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    await until(
      'Social notices',
      async () => {
        return (await metricOf(social, 'social_log_state{state="other_epoch"}')) === 1;
      },
      LIMIT_MS,
    );
    const main = join(root, 'social-service/src/main.ts');
    const [epoch] = (await fetch(`${identity.url}/api/user-events?lastEventId=latest`)).headers
      .get('Log-Epoch')!
      .split(',')
      .at(-1)!
      .split(':');
    const admin = { ADMIN_PORT: new URL(social.adminUrl).port };
    expect(await runNode(main, admin, 'rebuild-authors', '--epoch', epoch!)).toMatchObject({
      code: 0,
    });
    await untilConsumed(identity, social);
    expect(await usernamesAt(`${social.url}/api/authors`, ids)).toEqual(
      await usernamesAt(`${identity.url}/api/users`, ids),
    );
    expect(await verify(social)).toMatchObject({ verified: { differences: [] } });
  });
});

describeWithNats('a broker whose disk is full', () => {
  test('loses nothing: Identity goes on, and the relay publishes everything once there is space', async () => {
    const config = join(await mkdtemp(join(process.env['TEST_TEMP']!, 'full-')), 'nats.conf');
    await writeFile(config, 'jetstream { max_file_store: 2MB }');
    const nats = await startConfiguredNats(config);
    removals.push(() => nats.remove());
    const connection = await connect(brokerOptions(nats.url, 'filler'));
    removals.push(() => connection.close());
    const databases = await Promise.all([embeddedDatabase(), embeddedDatabase()]);
    removals.push(() => Promise.all(databases.map((database) => database.remove())));
    const broker = { NATS_URL: nats.url };
    const identity = started(
      await startService('identity-service', { ...databases[0].settings, ...broker }),
    );
    const social = started(
      await startService('social-service', {
        ...databases[1].settings,
        ...broker,
        IDENTITY_URL: identity.url,
      }),
    );
    const first = (await register(identity.url)).user;
    const named = (id: number) => async () =>
      (await usernamesAt(`${social.url}/api/authors`, [id])).size === 1;
    await until('the first user arrives', named(first.id), LIMIT_MS);

    const { streams } = await jetstreamManager(connection);
    await streams.add({ name: 'FILLER', subjects: ['filler'] });
    const client = jetstream(connection, { timeout: 5_000 });
    for (const size of [200_000, 10_000, 500, 10])
      while (
        await client.publish('filler', 'x'.repeat(size)).then(
          () => true,
          () => false,
        )
      );

    const history = newHistory();
    const stopClients = startClients(identity, history);
    const failures = () => metricOf(identity, 'identity_relay_failures_total');
    await until('publishing fails', async () => (await failures()) > 1, LIMIT_MS);
    await until('users are registered', () => history.users.length >= 5, LIMIT_MS);
    await stopClients();
    expect(history.unexpected).toEqual([]);
    // Nobody says that Social has everything.
    const age = () => metricOf(social, 'social_log_complete_age_seconds');
    await until('Social knows', async () => (await age()) > 6, LIMIT_MS);
    expect((await fetch(`${social.adminUrl}/readyz`)).status).toBe(200);

    await streams.purge('FILLER');
    await untilConsumed(identity, social);
    await until('it is known to be complete', async () => (await age()) < 6, LIMIT_MS);
    const ids = history.users.map(({ id }) => id);
    const users = await usernamesAt(`${identity.url}/api/users`, ids);
    expect(await usernamesAt(`${social.url}/api/authors`, ids)).toEqual(users);
    expect((await readStream(nats.url)).map(({ subject }) => Number(subject))).toEqual(
      expect.arrayContaining(ids),
    );
    expect(await replicaStateOf(social)).toMatchObject({ state: 'consuming' });
  });
});
