// A stream of events at a broker, as a relay would fill it.
import { jetstreamManager } from '@nats-io/jetstream';
import { nanos, type NatsConnection } from '@nats-io/transport-node';

export const STREAM = 'USER_EVENTS';
export const SUBJECT = 'user-events.>';

/** Makes the stream; a cluster may not have all of its servers together yet. */
export async function makeStream(connection: NatsConnection, replicas = 1): Promise<void> {
  const { streams } = await jetstreamManager(connection, { checkAPI: false });
  for (let tries = 100; ; tries -= 1)
    try {
      await streams.add({
        name: STREAM,
        subjects: [SUBJECT],
        max_msgs_per_subject: 1,
        num_replicas: replicas,
        duplicate_window: nanos(600_000),
      });
      return;
    } catch (error) {
      if (tries === 0) throw error;
    }
}
