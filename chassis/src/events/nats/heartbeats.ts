// Receives the heartbeats of a log's writer. They are not in the stream, so no older reader has to skip them, and nothing is stored.
import type { NatsConnection } from '@nats-io/transport-node';
import { parseHeartbeat } from '../heartbeat.ts';
import type { Heartbeat } from '../source.ts';

/** Where the writer of the user event log publishes its heartbeats. */
export const HEARTBEATS = 'user-event-log.heartbeat';

export interface HeartbeatListener {
  /** Listens on a connection, once. The client listens again by itself after a reconnect. */
  listenOn(connection: NatsConnection): void;
  /** Returns the newest heartbeat; null when there was none yet. */
  newest(): Heartbeat | null;
}

/** Makes a listener for a subject, if there is one. What is not a heartbeat is ignored. */
export function listenTo(subject: string | undefined): HeartbeatListener {
  let newest: Heartbeat | null = null;
  let current: NatsConnection | undefined;
  return {
    newest: () => newest,
    listenOn(connection) {
      if (subject === undefined || connection === current) return;
      current = connection;
      connection.subscribe(subject, {
        callback(error, message) {
          if (error === null)
            newest = parseHeartbeat(message.string(), performance.now()) ?? newest;
        },
      });
    },
  };
}
