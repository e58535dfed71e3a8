// Records the messages that are published at a NATS server, whether or not the stream stores them.
import { brokerOptions } from 'chassis/events/nats/connection';
import type { UserEventOnWire } from 'contracts/types';
import { connect, type NatsConnection } from '@nats-io/transport-node';

export interface RecordedMessage {
  readonly subject: string;
  readonly id: string | undefined;
  /** Undefined when the message is not JSON. */
  readonly event: UserEventOnWire | undefined;
}

export interface MessageRecorder {
  readonly messages: readonly RecordedMessage[];
  readonly connection: NatsConnection;
  close(): Promise<void>;
}

/** Starts a recorder. */
export async function recordMessages(url: string): Promise<MessageRecorder> {
  const connection = await connect(brokerOptions(url, 'recorder'));
  const messages: RecordedMessage[] = [];
  connection.subscribe('user-events.*', {
    callback: (_, message) =>
      void messages.push({
        subject: message.subject,
        id: message.headers?.get('Nats-Msg-Id'),
        event: parseEvent(message.string()),
      }),
  });
  await connection.flush();
  return { messages, connection, close: () => connection.close() };
}

function parseEvent(text: string): UserEventOnWire | undefined {
  try {
    return JSON.parse(text) as UserEventOnWire;
  } catch {
    return undefined;
  }
}
