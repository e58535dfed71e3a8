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
import { SourceError } from '../source.ts';
import { endOffsetOf, newestOf, startAfter, type LogStream } from './start-sequence.ts';
import { epochsOf, eventOf, pageOf, type StreamPage, timeOf } from './stream-page.ts';

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
  const start = await startAfter(log, after);
  const newest = start.newest && eventOf(start.newest);
  let timeAtStart = timeOf(start.before && eventOf(start.before));
  const consumerName = `${name}-${randomUUID()}`;
  await consumers.add(stream, {
    name: consumerName,
    filter_subject: subject,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: start.sequence,
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
      const page = pageOf([...first, ...rest], remaining === 0);
      const atStart = timeAtStart;
      timeAtStart = undefined;
      return { ...page, epochs: page.epochs ?? epochsOf([newest]), timeAtStart: atStart };
    },
    endOffset: async () => endOffsetOf(await newestOf(log)),
    async close() {
      await consumers.delete(stream, consumerName).catch(() => undefined);
    },
  };
}
