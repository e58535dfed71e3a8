// A place in a JetStream stream from which one process reads on: a consumer of its own, which nobody else reads from.
import { randomUUID } from 'node:crypto';
import {
  AckPolicy,
  DeliverPolicy,
  jetstream,
  jetstreamManager,
  type JsMsg,
} from '@nats-io/jetstream';
import { nanos, type NatsConnection } from '@nats-io/transport-node';
import { parseOffset, SourceError } from '../source.ts';
import { endOf, startSequenceAfter, OFFSET_HEADER, type LogStream } from './start-sequence.ts';

export interface Page {
  readonly events: readonly unknown[];
  /** Position of the last event; undefined when there is none. */
  readonly lastOffset: number | undefined;
  /** Nothing more lies behind these in the stream. */
  readonly end: boolean;
  readonly acknowledge: () => Promise<void>;
}

export interface StreamConsumer {
  /** What follows; waits up to `waitMs` for a first message. @throws SourceError: this cursor is of no use any more */
  next(waitMs: number): Promise<Page>;
  /** Position of the newest event in the stream. */
  endOffset(): Promise<number | undefined>;
  /** Has the broker forget it; never rejects, as the broker would by itself, later. */
  close(): Promise<void>;
}

const REQUEST_MS = 2_000;
const PAGE_MESSAGES = 500;
/** A page that grows beyond this ends. */
const PAGE_BYTES = 8_388_608;
/** How long what the broker says to have may take to come. */
const AT_HAND_MS = 1_000;
const HEARTBEAT_MS = 1_000;
const FORGET_MS = 300_000;

/** Makes a consumer that begins behind a position. @throws UnknownPosition when the stream does not reach it */
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
  const own = `${name}-${randomUUID()}`;
  await consumers.add(stream, {
    name: own,
    filter_subject: subject,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: await startSequenceAfter(log, after),
    ack_policy: AckPolicy.All,
    max_ack_pending: PAGE_MESSAGES,
    inactive_threshold: nanos(FORGET_MS),
    // It need not outlive the server that it is on.
    num_replicas: 1,
    mem_storage: true,
  });
  const consumer = await jetstream(connection, bounded).consumers.get(stream, own);
  let delivered = 0;
  /** How many lie behind the last message; undefined when that is not known. */
  let left: number | undefined;

  const pull = async (count: number, expires: number): Promise<JsMsg[]> => {
    const heartbeat = Math.min(HEARTBEAT_MS, expires / 2);
    const options = { max_messages: count, expires, idle_heartbeat: heartbeat };
    const messages: JsMsg[] = [];
    let bytes = 0;
    left = undefined;
    for await (const message of await consumer.fetch(options)) {
      const { deliverySequence, deliveryCount, pending } = message.info;
      delivered += 1;
      if (deliverySequence !== delivered || deliveryCount !== 1)
        throw new SourceError('a message from the broker was lost on its way');
      messages.push(message);
      left = pending;
      bytes += message.data.length;
      // What is on its way when there are too many bytes is lost: the next pull notices.
      if (left === 0 || bytes > PAGE_BYTES) return messages;
    }
    // Those that the broker counted, and did not send, were superseded meanwhile.
    if (messages.length < count) left = undefined;
    return messages;
  };
  return {
    async next(waitMs) {
      const first = left ? [] : await pull(1, waitMs);
      const rest = left ? await pull(Math.min(left, PAGE_MESSAGES - first.length), AT_HAND_MS) : [];
      return pageOf([...first, ...rest], left === 0);
    },
    endOffset: async () => (await endOf(log)).offset,
    async close() {
      await consumers.delete(stream, own).catch(() => undefined);
    },
  };
}

function pageOf(messages: readonly JsMsg[], end: boolean): Page {
  const positions = messages.map(({ headers }) => parseOffset(headers?.get(OFFSET_HEADER)));
  return {
    events: messages.map(eventOf),
    lastOffset: positions.findLast((position) => position !== undefined),
    end,
    acknowledge: async () => void (await messages.at(-1)?.ackAck({ timeout: REQUEST_MS })),
  };
}

/** What is no JSON goes on as the text that it is: whoever applies it finds it broken. */
function eventOf(message: JsMsg): unknown {
  const text = message.string();
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
