// Reads a log from a JetStream stream, from the offset that our consumer has stored. The consumer at the broker belongs
// to this process alone: it is opened at that offset, and discarded after any error.
import type { NatsConnection } from '@nats-io/transport-node';
import { type EventBatch, type EventSource, SourceError, UnknownOffset } from '../source.ts';
import { openStreamConsumer, type StreamConsumer } from './stream-consumer.ts';
import { type BrokerAddress, openBroker } from './connection.ts';
import { listenTo } from './heartbeats.ts';
import { raceAbort, withTimeout } from '../../base/timeout.ts';

export interface JetStreamSourceOptions {
  /** Addresses of the broker's servers, such as nats://127.0.0.1:4222, or how to log in there, too. */
  readonly urls: BrokerAddress;
  readonly stream: string;
  /** Subject filter of the log's events in the stream, such as user-events.> */
  readonly subject: string;
  /** Prefix of the names of consumers at the broker. Several processes may share it. */
  readonly name: string;
  /** Subject of the heartbeats of the log's writer; left out by a reader that does not need them. */
  readonly heartbeats?: string;
  /** How long to wait for new events, in ms, at least 1000; 5 s when left out. */
  readonly waitMs?: number;
}

const WAIT_MS = 5_000;
/** Further time to connect, to find the start sequence, and to request the end of the log. */
const GRACE_MS = 10_000;
/** Time limit for deleting the consumer at the broker, and again for closing the connection. */
const CLOSE_MS = 500;

interface Delivery {
  readonly consumer: StreamConsumer;
  readonly after: number;
  readonly batch: EventBatch;
}

/**
 * Makes a source that starts at any offset and survives failures of the broker's servers. The `nextOffset` of a batch is
 * the offset of its last event.
 *
 * Why not a durable consumer, which keeps the place at the broker: after a crash, it delivers newer messages first, and
 * the unacknowledged ones only when their time is up; two readers of one consumer overtake each other as well. Our
 * consumer would take the overtaken events for old ones and drop them. And a replica that was restored, or is being
 * rebuilt, continues before the events that were acknowledged.
 */
export function jetStreamSource(options: JetStreamSourceOptions): EventSource {
  const { urls, waitMs = WAIT_MS } = options;
  const broker = openBroker(urls, options.name);
  const heartbeat = listenTo(options.heartbeats);
  /** All events up to `offset` are acknowledged. */
  let acknowledged: { readonly consumer: StreamConsumer; readonly offset: number } | undefined;
  /** The last batch, until it is acknowledged. */
  let unacknowledged: Delivery | undefined;

  /** Discards the consumer at the broker; resolves when the broker has deleted it. */
  const discard = (): Promise<void> | undefined => {
    const consumer = (unacknowledged ?? acknowledged)?.consumer;
    acknowledged = undefined;
    unacknowledged = undefined;
    return consumer?.close();
  };
  const reset = (): void => void discard();

  const receive = async (connection: NatsConnection, after: number): Promise<Delivery> => {
    heartbeat.listenOn(connection);
    const consumer =
      acknowledged?.consumer ?? (await openStreamConsumer(connection, { ...options, after }));
    try {
      const { acknowledge, atEnd, epochs, timeAtStart, ...page } = await consumer.next(waitMs);
      const { events, lastOffset = after } = page;
      const endOffset = atEnd ? lastOffset : await consumer.endOffset();
      if (events.length === 0 && endOffset !== undefined && endOffset < after)
        throw new UnknownOffset('the stream ends before this offset');
      const ack = async (): Promise<void> => {
        if (unacknowledged?.consumer !== consumer) return;
        unacknowledged = undefined;
        acknowledged = { consumer, offset: Math.max(lastOffset, after) };
        await broker.using(acknowledge).catch((error: unknown) => {
          reset();
          throw sourceErrorOf(error);
        });
      };
      const batch = {
        events,
        nextOffset: lastOffset,
        endOffset: Math.max(endOffset ?? 0, lastOffset),
        epochs,
        timeAtStart,
        heartbeat: heartbeat.newest(),
        ack,
      };
      return { consumer, after, batch };
    } catch (error) {
      void consumer.close();
      throw error;
    }
  };

  return {
    async read(after, signal) {
      if (unacknowledged?.after === after) return unacknowledged.batch;
      // The offset was set back, or moved on without an acknowledgement.
      if (
        unacknowledged !== undefined ||
        (acknowledged !== undefined && after < acknowledged.offset)
      )
        reset();
      const receiving = broker.using((connection) => receive(connection, after));
      try {
        const delivery = await raceAbort(
          withTimeout(receiving, waitMs + GRACE_MS, tooSlow),
          signal,
        );
        const { consumer, batch } = delivery;
        if (batch.events.length > 0) unacknowledged = delivery;
        else acknowledged = { consumer, offset: after };
        // The log has more events, but they do not arrive.
        if (batch.events.length === 0 && batch.endOffset > after) reset();
        return batch;
      } catch (error) {
        // The consumer may still be opened later; then it is not needed.
        void receiving.then(({ consumer }) => consumer.close()).catch(() => undefined);
        reset();
        if (signal.aborted) throw error;
        throw sourceErrorOf(error);
      }
    },
    async close() {
      await withTimeout(Promise.resolve(discard()), CLOSE_MS, tooSlow).catch(() => undefined);
      await withTimeout(broker.close(), CLOSE_MS, tooSlow).catch(() => undefined);
    },
  };
}

const tooSlow = (): Error => new SourceError('the broker is too slow');

/** Converts an error of the broker into a SourceError, whose message does not name the servers. */
const sourceErrorOf = (error: unknown): Error =>
  error instanceof SourceError
    ? error
    : new SourceError('the broker cannot be used now', { cause: error });
