// The JetStream stream that the user event log is published to. It is created if missing; events are only appended.
import {
  jetstream,
  JetStreamApiError,
  JetStreamApiCodes,
  jetstreamManager,
  type StreamAPI,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { type Epochs, parseEpochs } from 'chassis/events/epoch';
import { parseOffset, SourceError } from 'chassis/events/source';
import type { Logger } from 'chassis/observability/log';
import { formatHeartbeat } from 'chassis/events/heartbeat';
import { type BrokerAddress, openBroker } from 'chassis/events/nats/connection';
import { HEARTBEATS } from 'chassis/events/nats/heartbeats';
import { decodeUserEvent } from 'contracts/events/decode';
import type { UserEventOnWire } from 'contracts/types';
import { type Replicas, replicasOf } from './stream-replicas.ts';
import { losingSetting, STREAM, streamConfig, SUBJECT } from './stream-settings.ts';

/** Time limit of a request to NATS. */
const REQUEST_MS = 5_000;

/** The end of a stream. */
export interface StreamEnd {
  /** The stream's sequence number of its last message; 0 if there was none. */
  readonly sequence: number;
  /** The log's offset of the last event in the stream; 0 if there is none. */
  readonly offset: number;
}

/** The end of a stream, with its last event. */
export interface StreamTail extends StreamEnd {
  /** Undefined if the stream has no message, or if a newer release has published an event of an unknown type. */
  readonly event: UserEventOnWire | undefined;
  /** The epochs that the last event names; undefined if it names none. */
  readonly epochs: Epochs | undefined;
}

/** Every method throws when NATS is unreachable or does not answer in time. Then it is unknown what NATS has stored. */
export interface EventStream {
  /** @throws SourceError also when the last message is not an event of this log, or when the stream would lose events */
  end(): Promise<StreamTail>;
  /**
   * Appends events in order, directly after the message with number `sequence`. On a failure, none or only the first of
   * them may be stored: NATS rejects a message that would follow any other message, even if it arrives late.
   * @returns the new end of the stream, once all events are stored
   */
  append(events: readonly UserEventOnWire[], sequence: number): Promise<StreamEnd>;
  /** Tells consumers that the stream has every event of the log, which ends at `offset`; not stored. */
  beat(offset: number, epochs: Epochs): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the stream. It connects on the first use, not here.
 * @param wantedReplicas number of servers that store the stream
 */
export function openStream(
  address: BrokerAddress,
  wantedReplicas: number,
  log?: Logger,
): EventStream {
  const broker = openBroker(address, 'identity-service');
  const replicas = replicasOf(wantedReplicas, log);
  return {
    end: () => broker.using((connection) => endOf(connection, replicas)),
    append: (events, sequence) =>
      broker.using((connection) => publish(connection, events, sequence)),
    beat: (offset, epochs) =>
      broker.using(async (connection) =>
        connection.publish(HEARTBEATS, formatHeartbeat(offset, epochs)),
      ),
    close: () => broker.close(),
  };
}

async function endOf(connection: NatsConnection, replicas: Replicas): Promise<StreamTail> {
  const { streams } = await jetstreamManager(connection, { timeout: REQUEST_MS, checkAPI: false });
  // The sequence is read before the message. If a message is published in between, the sequence is too low and the next
  // append fails.
  const sequence =
    (await lastSequence(streams, replicas)) ?? (await createStream(streams, replicas.wanted));
  const empty = { sequence, offset: 0, event: undefined, epochs: undefined };
  if (sequence === 0) return empty;
  const last = await streams.getMessage(STREAM, { last_by_subj: `${SUBJECT}.*` });
  if (last === null) return empty;
  const offset = parseOffset(last.header.get('Nats-Msg-Id'));
  const raw = parseJson(last.string()) as UserEventOnWire;
  const { kind, offset: id } = decodeUserEvent(raw);
  if (offset === undefined || kind === 'invalid' || id !== offset)
    throw new SourceError('the last message of the stream is not a user event');
  const event = kind === 'unknown' ? undefined : raw;
  return { sequence, offset, event, epochs: parseEpochs(raw.epoch) };
}

async function lastSequence(streams: StreamAPI, replicas: Replicas): Promise<number | undefined> {
  try {
    const info = await streams.info(STREAM);
    const loss = losingSetting(info.config);
    if (loss !== undefined) throw new SourceError(loss);
    await replicas.raise(streams, info);
    return info.state.last_seq;
  } catch (error) {
    const code = error instanceof JetStreamApiError ? error.code : undefined;
    if (code === JetStreamApiCodes.StreamNotFound) return undefined;
    throw error;
  }
}

async function createStream(streams: StreamAPI, replicas: number): Promise<number> {
  const { state } = await streams.add(streamConfig(replicas));
  return state.last_seq;
}

async function publish(
  connection: NatsConnection,
  events: readonly UserEventOnWire[],
  sequence: number,
): Promise<StreamEnd> {
  const client = jetstream(connection, { timeout: REQUEST_MS });
  // All at once: each message names the previous one, so when one is lost, NATS rejects all after it.
  const results = await Promise.allSettled(
    events.map((event, index) =>
      client.publish(`${SUBJECT}.${event.subject}`, JSON.stringify(event), {
        msgID: event.id,
        expect: { lastSequence: sequence + index },
      }),
    ),
  );
  for (const result of results) {
    if (result.status === 'rejected') throw result.reason;
    // A duplicate may be stored. Or an earlier attempt failed half-way, and NATS only takes the event for stored.
    if (result.value.duplicate)
      throw new SourceError('NATS reports a published event as a duplicate');
  }
  return { sequence: sequence + events.length, offset: Number(events.at(-1)!.id) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
