// What arrives at a broker, and how a test waits for it.
import { brokerOptions } from 'chassis/events/nats/connection';
import type { UserEventOnWire } from 'contracts/types';
import { connect, type NatsConnection } from '@nats-io/transport-node';

export interface Arrival {
  readonly subject: string;
  readonly id: string | undefined;
  /** Undefined for what is no JSON. */
  readonly event: UserEventOnWire | undefined;
}

/** Hears every message that is published, whether or not the stream takes it. */
export interface Ear {
  readonly heard: readonly Arrival[];
  readonly connection: NatsConnection;
  close(): Promise<void>;
}

export async function listenTo(url: string): Promise<Ear> {
  const connection = await connect(brokerOptions(url, 'ear'));
  const heard: Arrival[] = [];
  connection.subscribe('user-events.*', {
    callback: (_, message) =>
      void heard.push({
        subject: message.subject,
        id: message.headers?.get('Nats-Msg-Id'),
        event: parsed(message.string()),
      }),
  });
  await connection.flush();
  return { heard, connection, close: () => connection.close() };
}

function parsed(text: string): UserEventOnWire | undefined {
  try {
    return JSON.parse(text) as UserEventOnWire;
  } catch {
    return undefined;
  }
}
