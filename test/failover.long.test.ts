// The steps of docs/failover.md with real servers: the first site is lost, the second takes over, and back again.
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { connect } from '@nats-io/transport-node';
import { brokerOptions } from 'chassis/events/nats/connection';
import { infoOf, MIRROR, streamsOf } from '../scripts/nats/mirror-stream.ts';
import { embeddedDatabase, emptyFolder, type TestDatabase } from 'chassis/testing/database';
import { freePorts } from 'chassis/testing/free-ports';
import { describeWithNats, readStream } from 'chassis/testing/nats';
import type { ServiceProcess } from 'chassis/testing/process';
import { until, untilSuccess } from 'chassis/testing/until';
import { usernamesAt } from 'chassis/testing/users';
import { runScript, runScriptWell, startSite, type Site } from './support/nats-site.ts';
import { endOffsetOf, startService, untilConsumed, verify } from './support/service-processes.ts';
import { startUserLoad } from './support/user-load.ts';

const AGREED_MS = 60_000;
const STREAM = 'USER_EVENTS';

/** Returns the state of a stream, read over a connection of its own. */
async function infoAt(url: string, name: string) {
  const connection = await connect(brokerOptions(url, 'test'));
  try {
    return await infoOf(await streamsOf(connection), name);
  } finally {
    await connection.close();
  }
}

/** Returns the username of each user in a stream, by id. */
async function namesIn(urls: string, stream: string): Promise<Map<number, string>> {
  const names = new Map<number, string>();
  for (const { data } of await readStream(urls, stream))
    if ('username' in data) names.set(data.id, data.username);
  return names;
}

describeWithNats('two sites', () => {
  // Longer than describeWithNats sets: several servers start and stop on a busy machine.
  jest.setTimeout(270_000);
  let first: Site;
  let second: Site;
  let databases: readonly TestDatabase[];
  let identity: ServiceProcess;
  let social: ServiceProcess | undefined;
  /** Identity keeps its port, whichever site its broker is at. */
  let port: string;
  const identityAt = (site: Site, replicas: string) =>
    startService('identity-service', {
      PORT: port,
      NATS_URL: site.url,
      NATS_REPLICAS: replicas,
      DATA_DIR: databases[0]!.settings.DATA_DIR,
    });
  const socialAt = (site: Site) =>
    startService('social-service', {
      IDENTITY_URL: `http://127.0.0.1:${port}`,
      NATS_URL: site.url,
      DATA_DIR: databases[1]!.settings.DATA_DIR,
    });
  const untilMirrored = async (env: Record<string, string>): Promise<void> => {
    const end = await endOffsetOf(identity);
    await untilSuccess(
      'the mirror is complete',
      async () => (await runScriptWell('mirror', env)).includes(`up to offset ${end}.`),
      AGREED_MS,
    );
  };

  beforeEach(async () => {
    const folders = await Promise.all([emptyFolder(), emptyFolder()]);
    databases = await Promise.all([embeddedDatabase(), embeddedDatabase()]);
    first = await startSite(folders[0], { NATS_DOMAIN: 'first' });
    const joining = { NATS_SERVERS: '1', NATS_DOMAIN: 'second', NATS_LEAF_OF: first.leafUrl };
    second = await startSite(folders[1], joining);
    port = String((await freePorts(1))[0]);
    identity = await identityAt(first, '3');
  });
  afterEach(async () => {
    social = undefined;
    await Promise.all(databases.map((database) => database.remove()));
  });

  test('after the loss of the first site, the mirror is promoted, Social rebuilds, Identity publishes missing events; and back again', async () => {
    const before = startUserLoad(identity.url, 3);
    await until('users exist', () => before.changes() > 40, AGREED_MS);
    await before.stop();
    const env = { NATS_URL: second.url };
    await untilSuccess('the stream exists', () => infoAt(first.url, STREAM), AGREED_MS);
    expect(await runScriptWell('mirror', env)).toMatch(
      /^The mirror of USER_EVENTS in first was created/,
    );
    await untilMirrored(env);

    // The command refuses while the first site answers.
    const refused = await runScript('promote-mirror', env);
    expect(refused).toEqual({ end: 1, text: expect.stringContaining('still answers') });
    expect(await infoAt(second.url, STREAM)).toBeUndefined();

    // The first site is lost during changes, and Identity works for a while without it.
    const during = startUserLoad(identity.url, 3);
    await until('some changes are published', () => during.changes() > 20, AGREED_MS);
    await first.kill();
    const published = during.changes();
    await until('some are not', () => during.changes() > published + 20, AGREED_MS);
    await during.stop();
    const end = await endOffsetOf(identity);
    await identity.child.stop('SIGKILL');
    const allNames = new Map([...before.names, ...during.names]);

    const mirrored = await namesIn(second.url, MIRROR);
    expect(mirrored.size).toBeGreaterThan(before.names.size);
    expect(mirrored).not.toEqual(allNames);
    expect(await runScriptWell('promote-mirror', env)).toMatch(
      new RegExp(`^The mirror is promoted\\. .* of ${mirrored.size} users,`),
    );
    expect(await namesIn(second.url, STREAM)).toEqual(mirrored);
    const promoted = await infoAt(second.url, STREAM);
    expect(await runScriptWell('promote-mirror', env)).toMatch(/^The mirror was promoted before\./);
    expect(await infoAt(second.url, STREAM)).toMatchObject({
      created: promoted!.created,
      config: { subjects: ['user-events.*'], max_msgs_per_subject: 1, duplicate_window: 600e9 },
      state: { last_seq: promoted!.state.last_seq },
    });

    // Social starts with an empty database, and without Identity.
    social = await socialAt(second);
    const isReady = async () => (await fetch(`${social!.adminUrl}/readyz`)).ok;
    await until('Social is ready', isReady, AGREED_MS);
    expect(await usernamesAt(`${social.url}/api/authors`, allNames.keys())).toEqual(mirrored);

    identity = await identityAt(second, '1');
    expect(await endOffsetOf(identity)).toBe(end);
    await untilConsumed(identity, social);
    expect(await usernamesAt(`${social.url}/api/authors`, allNames.keys())).toEqual(allNames);
    const clean = {
      verified: { compared: allNames.size, differences: [], more: false, late: false },
    };
    expect(await verify(social)).toEqual(clean);

    // The first site comes back with events that the second never received: the mirror gets them, the stream does not.
    const { last_seq } = (await infoAt(second.url, STREAM))!.state;
    await first.restart();
    const source = await untilSuccess(
      'the first site serves',
      () => infoAt(first.url, STREAM),
      AGREED_MS,
    );
    const caughtUp = async () =>
      (await infoAt(second.url, MIRROR))!.state.last_seq === source.state.last_seq;
    await untilSuccess('the mirror has the same messages', caughtUp, AGREED_MS);
    expect((await infoAt(second.url, STREAM))!.state.last_seq).toBe(last_seq);

    // Back: the first site starts empty, as the mirror of the second.
    await first.kill();
    await first.restart({ empty: true });
    const back = { NATS_URL: first.url, NATS_MIRROR_OF: 'second', NATS_REPLICAS: '3' };
    await until(
      'the first site serves',
      async () => (await runScript('mirror', back)).end === 0,
      AGREED_MS,
    );
    await untilMirrored(back);
    await identity.child.stop();
    expect(await runScript('promote-mirror', back)).toMatchObject({ end: 1 });
    expect(await runScriptWell('promote-mirror', back, '--force')).toMatch(
      /^The mirror is promoted\./,
    );
    await social.child.stop();
    [identity, social] = await Promise.all([identityAt(first, '3'), socialAt(first)]);
    const after = startUserLoad(identity.url, 2);
    await until('there are more changes', () => after.changes() > 10, AGREED_MS);
    await after.stop();
    await untilConsumed(identity, social);
    const all = new Map([...allNames, ...after.names]);
    expect(await usernamesAt(`${social.url}/api/authors`, all.keys())).toEqual(all);
    expect((await infoAt(first.url, STREAM))!.config.num_replicas).toBe(3);
    await Promise.all([identity, social].map(({ child }) => child.stop()));
  });
});
