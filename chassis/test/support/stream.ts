// A log in a stream of a real broker, filled as a relay would fill it.
import { setTimeout as pause } from 'node:timers/promises';
import { jetstream, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect, nanos, type NatsConnection } from '@nats-io/transport-node';
import type { EventSource } from 'chassis/events/source';
import { jetStreamSource } from 'chassis/events/nats/source';
import { brokerOptions } from 'chassis/events/nats/connection';
import { startNats, type TestNats } from 'chassis/testing/nats';
import { writer, type LogInTest } from './log-in-test.ts';

export const STREAM = 'USER_EVENTS';
export const NAME = 'tester';

export interface StreamLog extends LogInTest {
  readonly nats: TestNats;
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;
  /** One to read from, by way of other addresses when these are given. */
  source(waitMs?: number, urls?: string): EventSource;
  /** Publishes a message that is no event. */
  publish(text: string, msgID?: string): Promise<void>;
}

/** Makes the stream; a cluster may not have all of its servers together yet. */
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

export async function streamLog(size: 1 | 3 = 1): Promise<StreamLog> {
  const nats = await startNats(size);
  const connection = await connect(brokerOptions(nats.url, 'relay'));
  const manager = await jetstreamManager(connection, { checkAPI: false });
  await makeStream(manager, size);
  const client = jetstream(connection);
  const write = writer();
  const sources: EventSource[] = [];
  /** Again and again with the same id, until the broker has it: it takes each once. */
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
      const positions: number[] = [];
      for (const { position, event } of subjects.map(write)) {
        await publish(event.subject, JSON.stringify(event), event.id);
        positions.push(position);
      }
      return positions;
    },
    source(waitMs = 1_000, urls = nats.url) {
      const subject = 'user-events.>';
      const source = jetStreamSource({
        urls,
        stream: STREAM,
        subject,
        name: NAME,
        waitMs,
      });
      sources.push(source);
      return source;
    },
    leave: async () => void (await Promise.all(nats.servers.map((server) => server.kill()))),
    comeBack: async () => void (await Promise.all(nats.servers.map((server) => server.restart()))),
    async remove() {
      await Promise.all(sources.map((source) => source.close()));
      await connection.close();
      await nats.remove();
    },
  };
}
