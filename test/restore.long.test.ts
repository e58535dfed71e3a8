// docs/failover.md, "After a restore", step by step, with real processes: Identity's database is what it was some changes
// ago, and nobody believes in these any more.
import { join } from 'node:path';
import { afterEach, expect, jest, test } from '@jest/globals';
import { connect } from '@nats-io/transport-node';
import { brokerOptions } from 'chassis/events/nats/connection';
import { streamsOf } from '../scripts/nats/mirror-stream.ts';
import {
  copyOfDatabase,
  describeOnServer,
  embeddedDatabase,
  execute,
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

/** So many changes by people who join and rename themselves. @returns the last name of each, by id */
async function changes(identity: ServiceProcess, count: number): Promise<Map<number, string>> {
  const load = startUserLoad(identity.url, 2);
  await until('there are changes', () => load.changes() >= count, LIMIT_MS);
  await load.stop();
  return new Map(load.names);
}

async function deleteStream(url: string): Promise<void> {
  const connection = await connect(brokerOptions(url, 'test'));
  await (await streamsOf(connection)).delete(STREAM);
  await connection.close();
}

async function rebuilt({ adminUrl }: ServiceProcess): Promise<void> {
  const { port } = new URL(adminUrl);
  const main = join(root, 'social-service/src/main.ts');
  const ended = await runNode(main, { ADMIN_PORT: port }, 'rebuild-authors');
  expect(ended).toMatchObject({ code: 0, stderr: '' });
}

const clean = (names: ReadonlyMap<number, string>) => ({
  verified: { compared: names.size, differences: [], more: false, late: false },
});

describeOnServer('a database that was restored', () => {
  describeWithNats('a log that lost its end', () => {
    jest.setTimeout(180_000);
    const used: { remove(): Promise<void> }[] = [];
    afterEach(async () => {
      for (const each of used.splice(0)) await each.remove();
    });
    const using = <T extends { remove(): Promise<void> }>(one: T): T => {
      used.push(one);
      return one;
    };

    test.each(['a stream', 'HTTP'])(
      'is followed by %s as before, and nothing of what was lost is left',
      async (way) => {
        const nats = way === 'HTTP' ? undefined : using(await startNats());
        const broker: Record<string, string> = nats === undefined ? {} : { NATS_URL: nats.url };
        const [PORT] = (await freePorts(1)).map(String) as [string];
        const identityOn = async ({ settings }: TestDatabase): Promise<ServiceProcess> => {
          const started = await startService('identity-service', { ...settings, ...broker, PORT });
          const isReady = async () => (await fetch(`${started.adminUrl}/readyz`)).ok;
          await until('it is ready', isReady, LIMIT_MS);
          return started;
        };
        const place = using(await serverDatabase());
        const copy = using(await embeddedDatabase());
        let identity = await identityOn(place);
        const IDENTITY_URL = identity.url;
        const social = await startService('social-service', {
          ...copy.settings,
          ...broker,
          IDENTITY_URL,
        });

        const kept = await changes(identity, 20);
        await untilConsumed(identity, social);
        await identity.child.stop();
        const backup = using(await copyOfDatabase(place));
        identity = await identityOn(place);
        const lost = await changes(identity, 20);
        await untilConsumed(identity, social);
        await identity.child.stop('SIGKILL');
        const seen = {
          position: (await replicaStateOf(social)).position,
          id: Math.max(...lost.keys()),
        };

        // The steps of the page.
        await execute(
          backup,
          `alter table user_events alter column position restart with ${seen.position + 1};
           alter table users alter column id restart with ${seen.id + 1}`,
        );
        if (nats !== undefined) await deleteStream(nats.url);
        identity = await identityOn(backup);
        const head = await endOffsetOf(identity);
        expect(head).toBeLessThan(seen.position);
        const isPublished = async () =>
          (await metricOf(identity, 'identity_relay_position')) === head;
        if (nats !== undefined) await until('all is published', isPublished, LIMIT_MS);
        await rebuilt(social);

        const everybody = [...kept.keys(), ...lost.keys()];
        expect(await usernamesAt(`${social.url}/api/authors`, everybody)).toEqual(kept);
        expect(await verify(social)).toEqual(clean(kept));

        const since = await changes(identity, 20);
        await untilConsumed(identity, social);
        expect(Math.min(...since.keys())).toBeGreaterThan(seen.id);
        const all = new Map([...kept, ...since]);
        expect(
          await usernamesAt(`${social.url}/api/authors`, [...everybody, ...since.keys()]),
        ).toEqual(all);
        expect(await verify(social)).toEqual(clean(all));
        await Promise.all([identity, social].map(({ child }) => child.stop()));
      },
    );
  });
});
