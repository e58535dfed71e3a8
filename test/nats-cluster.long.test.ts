// Identity and Social on a cluster of three brokers, of which each is killed once while users change.
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { jetstreamManager, type StreamInfo } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { brokerOptions } from 'chassis/events/nats/connection';
import { embeddedDatabase, type TestDatabase } from 'chassis/testing/database';
import { metricOf } from 'chassis/testing/metrics';
import { describeWithNats, readStream, startNats, type TestNats } from 'chassis/testing/nats';
import type { ServiceProcess } from 'chassis/testing/process';
import { until, untilSuccess } from 'chassis/testing/until';
import { usernamesAt } from 'chassis/testing/users';
import { endOffsetOf, startService, untilConsumed, verify } from './support/service-processes.ts';
import { startUserLoad } from './support/user-load.ts';

const AGREED_MS = 60_000;

describeWithNats('on a cluster of three', () => {
  // More than describeWithNats gives: several servers come and go, on a machine that is busy with other things.
  jest.setTimeout(270_000);
  let nats: TestNats;
  let databases: readonly TestDatabase[];
  let identity: ServiceProcess;
  let social: ServiceProcess;
  let connection: NatsConnection;
  beforeEach(async () => {
    nats = await startNats(3);
    databases = await Promise.all([embeddedDatabase(), embeddedDatabase()]);
    connection = await connect(brokerOptions(nats.url, 'test'));
    const common = { NATS_URL: nats.url };
    identity = await startService('identity-service', {
      ...common,
      NATS_REPLICAS: '3',
      DATA_DIR: databases[0]!.settings.DATA_DIR,
    });
    social = await startService('social-service', {
      ...common,
      IDENTITY_URL: identity.url,
      DATA_DIR: databases[1]!.settings.DATA_DIR,
    });
  });
  afterEach(async () => {
    await Promise.all([identity, social].map(({ child }) => child.stop()));
    await connection.close();
    await nats.remove();
    await Promise.all(databases.map((database) => database.remove()));
  });

  const stream = async (): Promise<StreamInfo> => {
    const { streams } = await jetstreamManager(connection, { checkAPI: false, timeout: 2_000 });
    return streams.info('USER_EVENTS');
  };
  const isWhole = async (): Promise<boolean> => {
    const { leader, replicas = [] } = (await stream()).cluster ?? {};
    return leader !== undefined && replicas.length === 2 && replicas.every((each) => each.current);
  };
  const published = (): Promise<number> => metricOf(identity, 'identity_relay_position');

  test('each server is killed once while users are made and renamed: nothing is lost, and the copy is Identity', async () => {
    await untilSuccess('the stream is there, on three', isWhole, AGREED_MS);
    const load = startUserLoad(identity.url, 4);
    const left = new Set(nats.servers.map((_, index) => `n${index}`));
    const killedAsLeader: boolean[] = [];
    while (left.size > 0) {
      const leader = (await untilSuccess('somebody leads', stream, AGREED_MS)).cluster!.leader!;
      const victim = left.has(leader) ? leader : [...left][0]!;
      left.delete(victim);
      killedAsLeader.push(victim === leader);
      const server = nats.servers[Number(victim.slice(1))]!;

      await server.kill();
      // What is written from now on reaches the stream while one of three is dead.
      const head = await endOffsetOf(identity);
      const before = load.changes();
      await until('users change all the while', () => load.changes() > before + 20, AGREED_MS);
      await until('two publish', async () => (await published()) > head, AGREED_MS);
      await server.restart();
      await untilSuccess('the three agree again', isWhole, AGREED_MS);
    }
    expect(killedAsLeader).toContain(true);
    await load.stop();

    await untilConsumed(identity, social);
    expect(await usernamesAt(`${social.url}/api/authors`, load.names.keys())).toEqual(load.names);
    expect(await verify(social)).toEqual({
      verified: { compared: load.names.size, differences: [], more: false, late: false },
    });
    const events = await readStream(nats.url);
    expect(
      new Map(events.map(({ data }) => [data.id, 'username' in data && data.username])),
    ).toEqual(load.names);
    expect(load.changes()).toBeGreaterThan(60);
  });
});
