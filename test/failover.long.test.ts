// docs/failover.md, step by step, with real servers: the first place dies, the second one takes over, and back again.
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { jetStreamSource } from 'chassis/events/nats/source';
import type { UserEventOnWire } from 'contracts/types';
import { connect } from '@nats-io/transport-node';
import { brokerOptions } from 'chassis/events/nats/connection';
import { infoOf, MIRROR, streamsOf } from '../scripts/nats/mirror-stream.ts';
import { embeddedDatabase, emptyFolder, type TestDatabase } from './support/database.ts';
import { describeWithNats } from './support/nats.ts';
import { namesAt, startPeople } from './support/people.ts';
import { command, commanded, startPlace, type Place } from './support/places.ts';
import {
  endService,
  headOf,
  startService,
  untilCopied,
  verified,
  type ServiceProcess,
} from './support/services.ts';
import { freePorts, until } from './support/system.ts';

const AGREED_MS = 60_000;
const STREAM = 'USER_EVENTS';

/** The streams' state, asked with a connection of its own. */
async function infoAt(url: string, name: string) {
  const connection = await connect(brokerOptions(url, 'test'));
  try {
    return await infoOf(await streamsOf(connection), name);
  } finally {
    await connection.close();
  }
}

/** The name of each user as a stream has it, by id. */
async function namesIn(urls: string, stream: string): Promise<Map<number, string>> {
  const names = new Map<number, string>();
  const source = jetStreamSource({
    urls,
    stream,
    subject: 'user-events.>',
    name: 'test',
    waitMs: 1_000,
  });
  for (let after = 0; ;) {
    const batch = await source.read(after, AbortSignal.timeout(AGREED_MS));
    for (const { data } of batch.events as UserEventOnWire[])
      if ('username' in data) names.set(data.id, data.username);
    await batch.ack();
    after = batch.nextOffset;
    if (after >= batch.endOffset) break;
  }
  await source.close();
  return names;
}

describeWithNats('two places', () => {
  // More than describeWithNats gives: several servers come and go, on a machine that is busy with other things.
  jest.setTimeout(270_000);
  let first: Place;
  let second: Place;
  let databases: readonly TestDatabase[];
  let identity: ServiceProcess;
  let social: ServiceProcess | undefined;
  /** Identity's address stays, wherever its broker is. */
  let port: string;
  const identityAt = (place: Place, replicas: string) =>
    startService('identity-service', {
      PORT: port,
      NATS_URL: place.url,
      NATS_REPLICAS: replicas,
      DATA_DIR: databases[0]!.settings.DATA_DIR,
    });
  const socialAt = (place: Place) =>
    startService('social-service', {
      IDENTITY_URL: `http://127.0.0.1:${port}`,
      NATS_URL: place.url,
      DATA_DIR: databases[1]!.settings.DATA_DIR,
    });
  const mirrored = async (env: Record<string, string>): Promise<void> => {
    const head = await headOf(identity);
    await until(
      'the mirror has all',
      async () => (await commanded('mirror', env)).includes(`up to position ${head}.`),
      AGREED_MS,
    );
  };

  beforeEach(async () => {
    const folders = await Promise.all([emptyFolder(), emptyFolder()]);
    databases = await Promise.all([embeddedDatabase(), embeddedDatabase()]);
    first = await startPlace(folders[0], { NATS_DOMAIN: 'first' });
    const joined = { NATS_SERVERS: '1', NATS_DOMAIN: 'second', NATS_LEAF_OF: first.leafUrl };
    second = await startPlace(folders[1], joined);
    port = String((await freePorts(1))[0]);
    identity = await identityAt(first, '3');
  });
  afterEach(async () => {
    social = undefined;
    await Promise.all(databases.map((database) => database.remove()));
  });

  test('the first one dies: the mirror is promoted, a Social rebuilds from it, Identity fills the gap; and back again', async () => {
    const before = startPeople(identity.url, 3);
    await until('there are users', () => before.changes() > 40, AGREED_MS);
    await before.end();
    const env = { NATS_URL: second.url };
    await until('the stream is there', () => infoAt(first.url, STREAM), AGREED_MS);
    expect(await commanded('mirror', env)).toMatch(/^The mirror of USER_EVENTS in first is made/);
    await mirrored(env);

    // Not while the first place is there.
    const refused = await command('promote-mirror', env);
    expect(refused).toEqual({ end: 1, text: expect.stringContaining('still there') });
    expect(await infoAt(second.url, STREAM)).toBeUndefined();

    // It dies in the middle of things, and Identity goes on for a while without it.
    const during = startPeople(identity.url, 3);
    await until('some are published', () => during.changes() > 20, AGREED_MS);
    await first.die();
    const at = during.changes();
    await until('some never are', () => during.changes() > at + 20, AGREED_MS);
    await during.end();
    const head = await headOf(identity);
    await endService(identity, 'SIGKILL');
    const everybody = new Map([...before.names, ...during.names]);

    const had = await namesIn(second.url, MIRROR);
    expect(had.size).toBeGreaterThan(before.names.size);
    expect(had).not.toEqual(everybody);
    expect(await commanded('promote-mirror', env)).toMatch(
      new RegExp(`^The mirror is promoted\\. .* of ${had.size} users,`),
    );
    expect(await namesIn(second.url, STREAM)).toEqual(had);
    const promoted = await infoAt(second.url, STREAM);
    expect(await commanded('promote-mirror', env)).toMatch(/^The mirror was promoted before\./);
    expect(await infoAt(second.url, STREAM)).toMatchObject({
      created: promoted!.created,
      config: { subjects: ['user-events.*'], max_msgs_per_subject: 1, duplicate_window: 600e9 },
      state: { last_seq: promoted!.state.last_seq },
    });

    // With an empty database, and without Identity.
    social = await socialAt(second);
    const isReady = async () => (await fetch(`${social!.adminUrl}/readyz`)).ok;
    await until('Social is ready', isReady, AGREED_MS);
    expect(await namesAt(social.url, everybody.keys())).toEqual(had);

    identity = await identityAt(second, '1');
    expect(await headOf(identity)).toBe(head);
    await untilCopied(identity, social);
    expect(await namesAt(social.url, everybody.keys())).toEqual(everybody);
    const clean = {
      verified: { compared: everybody.size, differences: [], more: false, late: false },
    };
    expect(await verified(social)).toEqual(clean);

    // The first place comes back with events that the second one never had: the mirror gets them, the stream does not.
    const { last_seq } = (await infoAt(second.url, STREAM))!.state;
    await first.comeBack();
    const source = await until('it serves', () => infoAt(first.url, STREAM), AGREED_MS);
    const caughtUp = async () =>
      (await infoAt(second.url, MIRROR))!.state.last_seq === source.state.last_seq;
    await until('the mirror is level with it', caughtUp, AGREED_MS);
    expect((await infoAt(second.url, STREAM))!.state.last_seq).toBe(last_seq);

    // Back: the first place begins anew, as the mirror of the second one.
    await first.die();
    await first.comeBack({ empty: true });
    const back = { NATS_URL: first.url, NATS_MIRROR_OF: 'second', NATS_REPLICAS: '3' };
    await until('it serves', async () => (await command('mirror', back)).end === 0, AGREED_MS);
    await mirrored(back);
    await endService(identity, 'SIGTERM');
    expect(await command('promote-mirror', back)).toMatchObject({ end: 1 });
    expect(await commanded('promote-mirror', back, '--force')).toMatch(/^The mirror is promoted\./);
    await endService(social, 'SIGTERM');
    [identity, social] = await Promise.all([identityAt(first, '3'), socialAt(first)]);
    const after = startPeople(identity.url, 2);
    await until('there are more', () => after.changes() > 10, AGREED_MS);
    await after.end();
    await untilCopied(identity, social);
    const all = new Map([...everybody, ...after.names]);
    expect(await namesAt(social.url, all.keys())).toEqual(all);
    expect((await infoAt(first.url, STREAM))!.config.num_replicas).toBe(3);
    await Promise.all([identity, social].map((each) => endService(each, 'SIGTERM')));
  });
});
