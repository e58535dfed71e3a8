// What carries Identity's log to Social: its HTTP feed, or a stream at a real broker. The same suite runs on both.
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, nanos } from '@nats-io/transport-node';
import { brokerOptions } from 'chassis/events/nats/connection';
import { startNats } from 'chassis/testing/nats';
import type { LoggedEvent } from 'chassis/testing/user-events';
import { until } from 'chassis/testing/until';
import { type FakeIdentity, startFakeIdentity } from 'chassis/testing/fake-identity';

export interface Carrier {
  /** What Social is told. */
  readonly env: Readonly<Record<string, string>>;
  /** Identity, which is there whatever carries its log. */
  readonly identity: FakeIdentity;
  append(logged: readonly LoggedEvent[]): Promise<void>;
  /** The log holds nothing any more of a user, as if there had never been one. */
  forget(userId: number): Promise<void>;
  /** The log cannot be had, as after a SIGKILL. */
  leave(): Promise<void>;
  comeBack(): Promise<void>;
  remove(): Promise<void>;
}

export async function httpCarrier(): Promise<Carrier> {
  const identity = await startFakeIdentity();
  let all: readonly LoggedEvent[] = [];
  return {
    env: { IDENTITY_URL: identity.url },
    identity,
    async append(logged) {
      all = [...all, ...logged];
      identity.log.append(logged);
    },
    async forget(userId) {
      all = all.filter(({ subject }) => subject !== String(userId));
      identity.log.replace(all);
    },
    leave: async () => identity.disconnect(),
    comeBack: async () => identity.reconnect(),
    remove: () => identity.close(),
  };
}

const STREAM = 'USER_EVENTS';

export async function jetStreamCarrier(): Promise<Carrier> {
  const identity = await startFakeIdentity();
  const nats = await startNats();
  const connection = await connect(brokerOptions(nats.url, 'relay'));
  const { streams } = await jetstreamManager(connection);
  const subjects = ['user-events.>'];
  const window = { duplicate_window: nanos(600_000) };
  await streams.add({ name: STREAM, subjects, max_msgs_per_subject: 1, ...window });
  const stream = jetstream(connection);
  return {
    env: { IDENTITY_URL: identity.url, NATS_URL: nats.url },
    identity,
    async append(logged) {
      identity.log.append(logged);
      // The broker takes them in the order in which they are sent.
      const sent = logged.map(({ offset, subject, event }) =>
        stream.publish(`user-events.${subject}`, JSON.stringify(event), {
          msgID: String(offset),
          timeout: 10_000,
        }),
      );
      await Promise.all(sent);
    },
    forget: async (userId) =>
      void (await streams.purge(STREAM, { filter: `user-events.${userId}` })),
    leave: () => nats.servers[0]!.kill(),
    async comeBack() {
      await nats.servers[0]!.restart();
      // What is published before our own connection is there again is lost.
      await until('the broker answers', () =>
        streams.info(STREAM).then(
          () => true,
          () => false,
        ),
      );
    },
    async remove() {
      await connection.close();
      await nats.remove();
      await identity.close();
    },
  };
}
