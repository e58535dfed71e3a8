// What arrives at a broker, and how a test waits for it.
import { setTimeout as pause } from 'node:timers/promises';
import { jetStreamSource } from 'chassis/events/nats/source';
import { brokerOptions } from 'chassis/events/nats/connection';
import type { UserEventOnWire } from 'contracts/types';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { STREAM } from '../../src/relay/stream.ts';

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

/** Everything that the stream has, in its order. Waits for the broker and the stream. */
export async function streamed(url: string): Promise<UserEventOnWire[]> {
  const source = jetStreamSource({
    urls: url,
    stream: STREAM,
    subject: 'user-events.>',
    name: 'test',
    waitMs: 1_000,
  });
  const all: UserEventOnWire[] = [];
  try {
    for (let after = 0; ;) {
      const batch = await source.read(after, AbortSignal.timeout(30_000));
      all.push(...(batch.events as UserEventOnWire[]));
      await batch.ack();
      after = batch.nextOffset;
      if (after >= batch.endOffset) return all;
    }
  } finally {
    await source.close();
  }
}

/** Polls until it holds; fails after half a minute. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const start = performance.now();
  while (!(await holds())) {
    if (performance.now() - start > 30_000) throw new Error(`it never was so that ${what}`);
    await pause(20);
  }
}
