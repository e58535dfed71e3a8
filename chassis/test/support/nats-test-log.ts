// An event log in a stream of a real NATS server, written as Identity's relay writes it.
import { setTimeout as pause } from 'node:timers/promises';
import { jetstream, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect, nanos, type NatsConnection } from '@nats-io/transport-node';
import type { EventSource } from 'chassis/events/source';
import { HEARTBEATS } from 'chassis/events/nats/heartbeats';
import { jetStreamSource } from 'chassis/events/nats/source';
import { brokerOptions } from 'chassis/events/nats/connection';
import { startNats, type TestNats } from 'chassis/testing/nats';
import { eventWriter, type TestLog } from './test-log.ts';

export const STREAM = 'USER_EVENTS';
export const NAME = 'tester';

export interface NatsLog extends TestLog {
  readonly nats: TestNats;
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;
  /** Makes a source. @param urls other addresses of the server, such as a proxy's */
  source(waitMs?: number, urls?: string): EventSource;
  /** Publishes a message that is not an event. */
  publish(text: string, msgID?: string): Promise<void>;
}

/** Makes the stream. Retries until all servers of a cluster have joined. */
async function makeStream({ streams }: JetStreamManager, replicas: number): Promise<void> {
  for (let tries = 100; ; tries -= 1)
    try {
      await streams.add({
        name: STREAM,
        subjects: ['user-events.>'],
        max_msgs_per_subject: 1,
        num_replicas: replicas,
        duplicate_window: nanos(600_000),
      });
      return;
    } catch (error) {
      if (tries === 0) throw error;
      await pause(50);
    }
}

export async function startNatsLog(size: 1 | 3 = 1): Promise<NatsLog> {
  const nats = await startNats(size);
  const connection = await connect(brokerOptions(nats.url, 'relay'));
  const manager = await jetstreamManager(connection, { checkAPI: false });
  await makeStream(manager, size);
  const client = jetstream(connection);
  const write = eventWriter();
  const sources: EventSource[] = [];
  /** Retries with the same id until the server has the message; it stores each id once. */
  const publish = async (subject: string, text: string, msgID?: string): Promise<void> => {
    for (let tries = 200; ; tries -= 1)
      try {
        const options = { timeout: 1_000, ...(msgID !== undefined && { msgID }) };
        await client.publish(`user-events.${subject}`, text, options);
        return;
      } catch (error) {
        if (tries === 0) throw error;
        await pause(50);
      }
  };
  return {
    nats,
    connection,
    manager,
    publish: (text, msgID) => publish('odd', text, msgID),
    async append(subjects) {
      const offsets: number[] = [];
      for (const { offset, event } of subjects.map(write)) {
        await publish(event.subject, JSON.stringify(event), event.id);
        offsets.push(offset);
      }
      return offsets;
    },
    source(waitMs = 1_000, urls = nats.url) {
      const subject = 'user-events.>';
      const source = jetStreamSource({
        urls,
        stream: STREAM,
        subject,
        name: NAME,
        heartbeats: HEARTBEATS,
        waitMs,
      });
      sources.push(source);
      return source;
    },
    stop: async () => void (await Promise.all(nats.servers.map((server) => server.kill()))),
    restart: async () => void (await Promise.all(nats.servers.map((server) => server.restart()))),
    async remove() {
      await Promise.all(sources.map((source) => source.close()));
      await connection.close();
      await nats.remove();
    },
  };
}
