// The least permissions of deploy/nats/nats.conf, on a real server: Identity and Social work with them, and nobody else can write.
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { brokerOptions } from 'chassis/events/nats/connection';
import { HEARTBEATS } from 'chassis/events/nats/heartbeats';
import { metricOf } from 'chassis/testing/metrics';
import { describeWithNats, startConfiguredNats, type TestNats } from 'chassis/testing/nats';
import { until } from 'chassis/testing/until';
import type { AuthorBatch, Session } from 'contracts/types';
import { startServices, type Services } from './support/in-process.ts';

const LIMIT_MS = 30_000;
const config = join(import.meta.dirname, '../deploy/nats/nats.conf');
const passwords = {
  NATS_IDENTITY_PASSWORD: 'identity-secret',
  NATS_SOCIAL_PASSWORD: 'social-secret',
};

describeWithNats('a NATS server with the least permissions', () => {
  let nats: TestNats;
  let services: Services;
  let session: Session;
  let reader: NatsConnection;
  const urlOf = (user: string): string => nats.url.replace('//', `//${user}:${user}-secret@`);
  beforeAll(async () => {
    nats = await startConfiguredNats(config, passwords);
    services = await startServices(
      {},
      { identity: { NATS_URL: urlOf('identity') }, social: { NATS_URL: urlOf('social') } },
    );
    session = await services.register();
    // Has the permissions of Social, and tries what Social does not do.
    reader = await connect(brokerOptions(urlOf('social'), 'social'));
  });
  afterAll(async () => {
    await reader.close();
    await services.stop();
    await nats.remove();
  });

  const nameOf = async (id: number): Promise<string | undefined> => {
    const answer = await fetch(`${services.social.url}/api/authors?ids=${id}`);
    return ((await answer.json()) as AuthorBatch).items[0]?.username;
  };

  test('lets Identity publish, and Social read and hear heartbeats', async () => {
    const { id, username } = session.user;
    await until('the name arrives', async () => (await nameOf(id)) === username, LIMIT_MS);
    await until(
      'heartbeats arrive',
      async () => (await metricOf(services.social, 'social_log_complete_age_seconds')) < 6,
      LIMIT_MS,
    );
    expect(await metricOf(services.identity, 'identity_relay_active')).toBe(1);
    expect(await metricOf(services.identity, 'identity_relay_failures_total')).toBe(0);
  });

  test('refuses a reader’s forged UserDeleted, and a forged heartbeat', async () => {
    const { id, username } = session.user;
    await until('the name arrives', async () => (await nameOf(id)) === username, LIMIT_MS);
    const forged = JSON.stringify({ type: 'UserDeleted', subject: String(id), data: { id } });
    const stream = jetstream(reader, { timeout: 2_000 });
    await expect(
      stream.publish(`user-events.${id}`, forged, { msgID: '9999999' }),
    ).rejects.toThrow();
    const errors: unknown[] = [];
    void (async () => {
      for await (const status of reader.status())
        if (status.type === 'error') errors.push(status.error);
    })();
    reader.publish(HEARTBEATS, '{"offset":1,"epoch":"4f1c9a22b7d0e853:0"}');
    await until('it is refused', () => /ermission/.test(String(errors)), LIMIT_MS);
    const { streams } = await jetstreamManager(reader, { timeout: 2_000, checkAPI: false });
    const last = await streams.getMessage('USER_EVENTS', { last_by_subj: `user-events.${id}` });
    expect(last!.json()).toMatchObject({ type: 'UserCreated', data: { id } });
    expect(await nameOf(id)).toBe(username);
  });

  test.each([
    ['delete the stream', 'STREAM.DELETE.USER_EVENTS'],
    ['purge the stream', 'STREAM.PURGE.USER_EVENTS'],
    ['change the stream', 'STREAM.UPDATE.USER_EVENTS'],
    ['delete a message', 'STREAM.MSG.DELETE.USER_EVENTS'],
    ['make another stream', 'STREAM.CREATE.OTHER'],
  ])('refuses a reader that would %s', async (_, subject) => {
    await expect(reader.request(`$JS.API.${subject}`, '{}', { timeout: 1_000 })).rejects.toThrow(
      /ermission/,
    );
  });

  test('lets a reader not see the answers to others', async () => {
    const denied = new Promise<unknown>((resolve) => {
      reader.subscribe('_INBOX.identity-service.>', { callback: (error) => resolve(error) });
    });
    expect(String(await denied)).toMatch(/ermission/);
  });

  test('lets nobody in without a password, and does not start without one', async () => {
    const options = { ...brokerOptions(nats.url, 'stranger'), maxReconnectAttempts: 0 };
    await expect(connect({ ...options, ignoreAuthErrorAbort: false })).rejects.toThrow(
      /uthorization/,
    );
    await expect(
      startConfiguredNats(config, { NATS_IDENTITY_PASSWORD: 'only-one' }),
    ).rejects.toThrow(/NATS_SOCIAL_PASSWORD/);
  });
});
