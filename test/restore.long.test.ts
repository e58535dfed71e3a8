// The steps of "After a restore" in docs/failover.md, with real processes: Identity's database lacks the last changes, and
// after the steps no other process has them either.
import { join } from 'node:path';
import { afterEach, expect, jest, test } from '@jest/globals';
import { connect } from '@nats-io/transport-node';
import { brokerOptions } from 'chassis/events/nats/connection';
import { streamsOf } from '../scripts/nats/mirror-stream.ts';
import {
  backupOf,
  describeOnServer,
  embeddedDatabase,
  serverDatabase,
  type TestDatabase,
} from 'chassis/testing/database';
import { freePorts } from 'chassis/testing/free-ports';
import { metricOf } from 'chassis/testing/metrics';
import { describeWithNats, startNats } from 'chassis/testing/nats';
import { runNode, type ServiceProcess } from 'chassis/testing/process';
import { until } from 'chassis/testing/until';
import { usernamesAt } from 'chassis/testing/users';
import { replicaStateOf } from '../social-service/test/support/replica-state.ts';
import { endOffsetOf, startService, untilConsumed, verify } from './support/service-processes.ts';
import { root } from './support/sources.ts';
import { startUserLoad } from './support/user-load.ts';

const STREAM = 'USER_EVENTS';
const LIMIT_MS = 20_000;

/** Registers and renames users until there are `count` changes. @returns the last names by id */
async function changeUsers(identity: ServiceProcess, count: number): Promise<Map<number, string>> {
  const load = startUserLoad(identity.url, 2);
  await until('there are enough changes', () => load.changes() >= count, LIMIT_MS);
  await load.stop();
  return new Map(load.names);
}

async function deleteStream(url: string): Promise<void> {
  const connection = await connect(brokerOptions(url, 'test'));
  await (await streamsOf(connection)).delete(STREAM);
  await connection.close();
}

/** Returns the id of the log's newest epoch. */
async function epochOf({ url }: ServiceProcess): Promise<string> {
  const answer = await fetch(`${url}/api/user-events?lastEventId=latest`);
  return answer.headers.get('Log-Epoch')!.split(',').at(-1)!.split(':')[0]!;
}

async function rebuildReplica({ adminUrl }: ServiceProcess, epoch: string): Promise<void> {
  const { port } = new URL(adminUrl);
  const main = join(root, 'social-service/src/main.ts');
  const ended = await runNode(main, { ADMIN_PORT: port }, 'rebuild-authors', '--epoch', epoch);
  expect(ended).toMatchObject({ code: 0, stderr: '' });
}

const noDifferences = (names: ReadonlyMap<number, string>) => ({
  verified: { compared: names.size, differences: [], more: false, late: false },
});

describeOnServer('a restored database', () => {
  describeWithNats('whose log lost its newest events', () => {
    jest.setTimeout(180_000);
    const resources: { remove(): Promise<void> }[] = [];
    afterEach(async () => {
      for (const resource of resources.splice(0)) await resource.remove();
    });
    const removeLater = <T extends { remove(): Promise<void> }>(resource: T): T => {
      resources.push(resource);
      return resource;
    };

    test.each(['a stream', 'HTTP'])(
      'is consumed over %s again, and no lost change remains anywhere',
      async (transport) => {
        const nats = transport === 'HTTP' ? undefined : removeLater(await startNats());
        const broker: Record<string, string> = nats === undefined ? {} : { NATS_URL: nats.url };
        const [PORT] = (await freePorts(1)).map(String) as [string];
        const identityOn = async ({ settings }: TestDatabase): Promise<ServiceProcess> => {
          const started = await startService('identity-service', { ...settings, ...broker, PORT });
          const isReady = async () => (await fetch(`${started.adminUrl}/readyz`)).ok;
          await until('Identity is ready', isReady, LIMIT_MS);
          return started;
        };
        const original = removeLater(await serverDatabase());
        const socialDatabase = removeLater(await embeddedDatabase());
        let identity = await identityOn(original);
        const IDENTITY_URL = identity.url;
        const social = await startService('social-service', {
          ...socialDatabase.settings,
          ...broker,
          IDENTITY_URL,
        });

        const kept = await changeUsers(identity, 20);
        await untilConsumed(identity, social);
        await identity.child.stop();
        const backup = removeLater(await backupOf(original));
        identity = await identityOn(original);
        const lost = await changeUsers(identity, 20);
        await untilConsumed(identity, social);
        await identity.child.stop('SIGKILL');
        const { position: lastOffset } = await replicaStateOf(social);
        const lastUserId = Math.max(...lost.keys());

        // The steps of docs/failover.md.
        if (nats !== undefined) await deleteStream(nats.url);
        identity = await identityOn(backup);
        const end = await endOffsetOf(identity);
        expect(end).toBeLessThan(lastOffset);
        const isPublished = async () =>
          (await metricOf(identity, 'identity_relay_position')) === end;
        if (nats !== undefined) await until('all events are published', isPublished, LIMIT_MS);
        await rebuildReplica(social, await epochOf(identity));

        const userIds = [...kept.keys(), ...lost.keys()];
        expect(await usernamesAt(`${social.url}/api/authors`, userIds)).toEqual(kept);
        expect(await verify(social)).toEqual(noDifferences(kept));

        const since = await changeUsers(identity, 20);
        await untilConsumed(identity, social);
        expect(Math.min(...since.keys())).toBeGreaterThan(lastUserId);
        const all = new Map([...kept, ...since]);
        expect(
          await usernamesAt(`${social.url}/api/authors`, [...userIds, ...since.keys()]),
        ).toEqual(all);
        expect(await verify(social)).toEqual(noDifferences(all));
        await Promise.all([identity, social].map(({ child }) => child.stop()));
      },
    );
  });
});
