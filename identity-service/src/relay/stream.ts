// The JetStream stream that the log is published to: made when it is not there, and only ever lengthened at its end.
import {
  DiscardPolicy,
  jetstream,
  JetStreamApiError,
  JetStreamApiCodes,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type StreamAPI,
} from '@nats-io/jetstream';
import { nanos, type NatsConnection } from '@nats-io/transport-node';
import { parseOffset, SourceError } from 'chassis/events/source';
import type { Logger } from 'chassis/observability/log';
import { openBroker } from 'chassis/events/nats/connection';
import { decodeUserEvent } from 'contracts/events/decode';
import type { UserEventOnWire } from 'contracts/types';
import { type Replicas, replicasOf } from './stream-replicas.ts';

export const STREAM = 'USER_EVENTS';
const SUBJECT = 'user-events';
/** For an answer of the broker's. */
const ANSWER_MS = 5_000;
const DUPLICATES_MS = 600_000;

/** What the stream is, wherever it is made. One that is there is left so, but for its replicas. */
export const streamConfig = (replicas: number) => ({
  name: STREAM,
  subjects: [`${SUBJECT}.*`],
  storage: StorageType.File,
  retention: RetentionPolicy.Limits,
  discard: DiscardPolicy.Old,
  // The newest event of each user, for ever.
  max_msgs_per_subject: 1,
  duplicate_window: nanos(DUPLICATES_MS),
  num_replicas: replicas,
});

/** Where a stream ends: its own number of the last message, 0 for none, and the position of the last event in it. */
export interface StreamEnd {
  readonly sequence: number;
  readonly offset: number;
}

export interface SeenEnd extends StreamEnd {
  /** The last event; undefined when the stream has no message. */
  readonly event: UserEventOnWire | undefined;
}

/** Everything throws when the broker cannot be asked, or does not answer in time: then nobody knows what was stored. */
export interface EventStream {
  /** @throws SourceError also when the last message is no event of ours */
  end(): Promise<SeenEnd>;
  /**
   * Stores events, in their order, right behind message number `sequence`, or a first part of them, or none: the broker
   * refuses what would come to lie behind another message, whoever published that and however late this one arrives.
   * @returns the end, when all of them are stored
   */
  append(events: readonly UserEventOnWire[], sequence: number): Promise<StreamEnd>;
  close(): Promise<void>;
}

/**
 * @param urls servers of the broker, with commas between; nothing is asked of it yet
 * @param wanted how many of them are to keep the stream
 */
export function openStream(urls: string, wanted: number, log?: Logger): EventStream {
  const broker = openBroker(urls, 'identity-service');
  const replicas = replicasOf(wanted, log);
  return {
    end: () => broker.using((connection) => endOf(connection, replicas)),
    append: (events, sequence) =>
      broker.using((connection) => publish(connection, events, sequence)),
    close: () => broker.close(),
  };
}

async function endOf(connection: NatsConnection, replicas: Replicas): Promise<SeenEnd> {
  const { streams } = await jetstreamManager(connection, { timeout: ANSWER_MS, checkAPI: false });
  // The number before the message: what is published in between makes the number too low, and the next append fail.
  const sequence =
    (await lastSequence(streams, replicas)) ?? (await makeStream(streams, replicas.wanted));
  const none = { sequence, offset: 0, event: undefined };
  if (sequence === 0) return none;
  const last = await streams.getMessage(STREAM, { last_by_subj: `${SUBJECT}.*` });
  if (last === null) return none;
  const position = parseOffset(last.header.get('Nats-Msg-Id'));
  const event = parsed(last.string());
  if (position === undefined || event?.id !== String(position))
    throw new SourceError('the last message of the stream is no event of ours');
  return { sequence, offset: position, event };
}

/** Undefined for what is no event, or of a type that is not known here. */
function parsed(text: string): UserEventOnWire | undefined {
  try {
    const event = JSON.parse(text) as UserEventOnWire;
    const { kind } = decodeUserEvent(event);
    return kind === 'named' || kind === 'deleted' ? event : undefined;
  } catch {
    return undefined;
  }
}

async function lastSequence(streams: StreamAPI, replicas: Replicas): Promise<number | undefined> {
  try {
    const info = await streams.info(STREAM);
    await replicas.raise(streams, info);
    return info.state.last_seq;
  } catch (error) {
    const code = error instanceof JetStreamApiError ? error.code : undefined;
    if (code === JetStreamApiCodes.StreamNotFound) return undefined;
    throw error;
  }
}

async function makeStream(streams: StreamAPI, replicas: number): Promise<number> {
  const { state } = await streams.add(streamConfig(replicas));
  return state.last_seq;
}

async function publish(
  connection: NatsConnection,
  events: readonly UserEventOnWire[],
  sequence: number,
): Promise<StreamEnd> {
  const client = jetstream(connection, { timeout: ANSWER_MS });
  // All at once: each names the one before, so when one is lost those behind it are refused.
  const answers = await Promise.allSettled(
    events.map((event, at) =>
      client.publish(`${SUBJECT}.${event.subject}`, JSON.stringify(event), {
        msgID: event.id,
        expect: { lastSequence: sequence + at },
      }),
    ),
  );
  for (const answer of answers) {
    if (answer.status === 'rejected') throw answer.reason;
    // Then it is stored; or an earlier attempt failed half-way, and the broker only believes so.
    if (answer.value.duplicate) throw new SourceError('the broker has had an event before');
  }
  return { sequence: sequence + events.length, offset: Number(events.at(-1)!.id) };
}
