// What carries Identity's log to Social: its HTTP feed, or a stream of a real NATS server. The same suite runs on both.
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, nanos } from '@nats-io/transport-node';
import { brokerOptions } from 'chassis/events/nats/connection';
import { startNats } from 'chassis/testing/nats';
import type { LoggedEvent } from 'chassis/testing/user-events';
import { until } from 'chassis/testing/until';
import { type FakeIdentity, startFakeIdentity } from 'chassis/testing/fake-identity';

export interface LogTransport {
  /** Settings of Social. */
  readonly env: Readonly<Record<string, string>>;
  /** Identity itself stays up, whatever carries its log. */
  readonly identity: FakeIdentity;
  append(logged: readonly LoggedEvent[]): Promise<void>;
  /** Replaces the log by another one, as after a restore. */
  replace(logged: readonly LoggedEvent[]): Promise<void>;
  /** Removes all events of a user from the log. */
  removeUser(userId: number): Promise<void>;
  /** Ends whatever serves the log, as SIGKILL does. */
  stop(): Promise<void>;
  restart(): Promise<void>;
  remove(): Promise<void>;
}

export async function startHttpTransport(): Promise<LogTransport> {
  const identity = await startFakeIdentity();
  let all: readonly LoggedEvent[] = [];
  return {
    env: { IDENTITY_URL: identity.url },
    identity,
    async append(logged) {
      all = [...all, ...logged];
      identity.log.append(logged);
    },
    async replace(logged) {
      all = logged;
      identity.log.replace(logged);
    },
    async removeUser(userId) {
      all = all.filter(({ subject }) => subject !== String(userId));
      identity.log.replace(all);
    },
    stop: async () => identity.disconnect(),
    restart: async () => identity.reconnect(),
    remove: () => identity.close(),
  };
}

const STREAM = 'USER_EVENTS';

export async function startNatsTransport(): Promise<LogTransport> {
  const identity = await startFakeIdentity();
  const nats = await startNats();
  const connection = await connect(brokerOptions(nats.url, 'relay'));
  const { streams } = await jetstreamManager(connection);
  const subjects = ['user-events.>'];
  const window = { duplicate_window: nanos(600_000) };
  const create = () => streams.add({ name: STREAM, subjects, max_msgs_per_subject: 1, ...window });
  await create();
  const stream = jetstream(connection);
  const publish = async (logged: readonly LoggedEvent[]): Promise<void> => {
    // The server stores them in the order in which they are sent.
    const sent = logged.map(({ offset, subject, event }) =>
      stream.publish(`user-events.${subject}`, JSON.stringify(event), {
        msgID: String(offset),
        timeout: 10_000,
      }),
    );
    await Promise.all(sent);
  };
  return {
    env: { IDENTITY_URL: identity.url, NATS_URL: nats.url },
    identity,
    async append(logged) {
      identity.log.append(logged);
      await publish(logged);
    },
    async replace(logged) {
      identity.log.replace(logged);
      await streams.delete(STREAM);
      await create();
      await publish(logged);
    },
    removeUser: async (userId) =>
      void (await streams.purge(STREAM, { filter: `user-events.${userId}` })),
    stop: () => nats.servers[0]!.kill(),
    async restart() {
      await nats.servers[0]!.restart();
      // A message that is published before the connection is back is lost.
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
