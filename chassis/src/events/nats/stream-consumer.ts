// A consumer of a JetStream stream from which only this process reads, beginning after an offset of the log.
import { randomUUID } from 'node:crypto';
import {
  AckPolicy,
  DeliverPolicy,
  jetstream,
  jetstreamManager,
  type JsMsg,
} from '@nats-io/jetstream';
import { nanos, type NatsConnection } from '@nats-io/transport-node';
import { type Epochs, parseEpochs } from '../epoch.ts';
import { parseOffset, SourceError } from '../source.ts';
import { endOf, startSequenceAfter, OFFSET_HEADER, type LogStream } from './start-sequence.ts';

export interface StreamPage {
  readonly events: readonly unknown[];
  /** Offset of the last event; undefined when there is none. */
  readonly lastOffset: number | undefined;
  /** The epochs that the last event names; undefined when no event names any. */
  readonly epochs: Epochs | undefined;
  /** Whether the stream has no more messages. */
  readonly atEnd: boolean;
  readonly acknowledge: () => Promise<void>;
}

export interface StreamConsumer {
  /** Returns the next events; waits up to `waitMs` for the first. @throws SourceError; then this consumer is unusable */
  next(waitMs: number): Promise<StreamPage>;
  /** Returns the offset of the newest event in the stream. */
  endOffset(): Promise<number | undefined>;
  /** Deletes the consumer at the broker. Never rejects: the broker deletes inactive consumers anyway. */
  close(): Promise<void>;
}

const REQUEST_MS = 2_000;
const PAGE_MESSAGES = 500;
/** A page ends when it is larger than this. */
const PAGE_BYTES = 8_388_608;
/** Time limit for messages that the broker has announced. */
const PENDING_MS = 1_000;
const HEARTBEAT_MS = 1_000;
/** The broker deletes the consumer after this time without requests. */
const INACTIVE_MS = 300_000;

/** Opens a consumer that begins after an offset. @throws UnknownOffset when the stream ends before the offset */
export async function openStreamConsumer(
  connection: NatsConnection,
  { stream, subject, name, after }: Omit<LogStream, 'streams'> & { name: string; after: number },
): Promise<StreamConsumer> {
  const bounded = { timeout: REQUEST_MS };
  const { streams, consumers } = await jetstreamManager(connection, {
    ...bounded,
    checkAPI: false,
  });
  const log = { streams, stream, subject };
  const consumerName = `${name}-${randomUUID()}`;
  await consumers.add(stream, {
    name: consumerName,
    filter_subject: subject,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: await startSequenceAfter(log, after),
    ack_policy: AckPolicy.All,
    max_ack_pending: PAGE_MESSAGES,
    inactive_threshold: nanos(INACTIVE_MS),
    // The consumer need not survive a failure of its server.
    num_replicas: 1,
    mem_storage: true,
  });
  const consumer = await jetstream(connection, bounded).consumers.get(stream, consumerName);
  let delivered = 0;
  /** Number of messages after the last one that was read; undefined when it is unknown. */
  let remaining: number | undefined;

  const pull = async (count: number, expires: number): Promise<JsMsg[]> => {
    const heartbeat = Math.min(HEARTBEAT_MS, expires / 2);
    const options = { max_messages: count, expires, idle_heartbeat: heartbeat };
    const messages: JsMsg[] = [];
    let bytes = 0;
    remaining = undefined;
    for await (const message of await consumer.fetch(options)) {
      const { deliverySequence, deliveryCount, pending } = message.info;
      delivered += 1;
      if (deliverySequence !== delivered || deliveryCount !== 1)
        throw new SourceError('a message from the broker was lost on its way');
      messages.push(message);
      remaining = pending;
      bytes += message.data.length;
      // Messages that are under way when the page is full are lost; the next pull notices.
      if (remaining === 0 || bytes > PAGE_BYTES) return messages;
    }
    // Messages that the broker announced but did not send were superseded meanwhile.
    if (messages.length < count) remaining = undefined;
    return messages;
  };
  return {
    async next(waitMs) {
      const first = remaining ? [] : await pull(1, waitMs);
      const rest = remaining
        ? await pull(Math.min(remaining, PAGE_MESSAGES - first.length), PENDING_MS)
        : [];
      return pageOf([...first, ...rest], remaining === 0);
    },
    endOffset: async () => (await endOf(log)).offset,
    async close() {
      await consumers.delete(stream, consumerName).catch(() => undefined);
    },
  };
}

function pageOf(messages: readonly JsMsg[], atEnd: boolean): StreamPage {
  const offsets = messages.map(({ headers }) => parseOffset(headers?.get(OFFSET_HEADER)));
  const events = messages.map(eventOf);
  return {
    events,
    epochs: epochsOf(events),
    lastOffset: offsets.findLast((offset) => offset !== undefined),
    atEnd,
    acknowledge: async () => void (await messages.at(-1)?.ackAck({ timeout: REQUEST_MS })),
  };
}

function epochsOf(events: readonly unknown[]): Epochs | undefined {
  for (const event of events.toReversed()) {
    const epochs = parseEpochs((event as { epoch?: unknown } | null)?.epoch);
    if (epochs !== undefined) return epochs;
  }
  return undefined;
}

/** Parses an event. Text that is not JSON is passed on as a string: the consumer finds it invalid. */
function eventOf(message: JsMsg): unknown {
  const text = message.string();
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
