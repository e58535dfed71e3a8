// Identity and Social with a cluster of three NATS servers, each of which is killed once while users change.
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

describeWithNats('a cluster of three servers', () => {
  // Longer than describeWithNats sets: several servers start and stop on a busy machine.
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
  const isComplete = async (): Promise<boolean> => {
    const { leader, replicas = [] } = (await stream()).cluster ?? {};
    return (
      leader !== undefined && replicas.length === 2 && replicas.every(({ current }) => current)
    );
  };
  const published = (): Promise<number> => metricOf(identity, 'identity_relay_position');

  test('loses no change when each server is killed once, and the replica equals Identity', async () => {
    await untilSuccess('the stream has three replicas', isComplete, AGREED_MS);
    const load = startUserLoad(identity.url, 4);
    const remaining = new Set(nats.servers.map((_, index) => `n${index}`));
    const killedAsLeader: boolean[] = [];
    while (remaining.size > 0) {
      const leader = (await untilSuccess('there is a leader', stream, AGREED_MS)).cluster!.leader!;
      const victim = remaining.has(leader) ? leader : [...remaining][0]!;
      remaining.delete(victim);
      killedAsLeader.push(victim === leader);
      const server = nats.servers[Number(victim.slice(1))]!;

      await server.kill();
      // Changes from now on reach the stream while one server of three is down.
      const end = await endOffsetOf(identity);
      const before = load.changes();
      await until('users change meanwhile', () => load.changes() > before + 20, AGREED_MS);
      await until(
        'events are published with two servers',
        async () => (await published()) > end,
        AGREED_MS,
      );
      await server.restart();
      await untilSuccess('the cluster is complete again', isComplete, AGREED_MS);
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
