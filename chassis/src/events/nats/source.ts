// A log's events from a JetStream stream. Where the follower stands is the truth: the broker's consumer is a cursor of
// this process alone, made where the follower stands, and thrown away whenever anything is odd.
import type { NatsConnection } from '@nats-io/transport-node';
import { type EventBatch, type EventSource, SourceError } from '../source.ts';
import { openStreamConsumer, type StreamConsumer } from './stream-consumer.ts';
import { openBroker } from './connection.ts';
import { raceAbort, withTimeout } from '../../base/timeout.ts';

export interface JetStreamSourceOptions {
  /** The broker's servers, as in nats://127.0.0.1:4222; with commas between, or in a list. */
  readonly urls: string | readonly string[];
  readonly stream: string;
  /** Of the log's events in the stream, such as user-events.> */
  readonly subject: string;
  /** Whose reading this is: its consumers at the broker begin with it. Several processes may share it. */
  readonly name: string;
  /** How long to wait for news, in ms, at least 1000; 5 s when left out. */
  readonly waitMs?: number;
}

const WAIT_MS = 5_000;
/** For everything but the waiting: connecting, finding the place, asking for the head. */
const GRACE_MS = 10_000;
/** For the broker to forget the cursor, and as long again for the connection to end. */
const CLOSE_MS = 500;

interface InHand {
  readonly cursor: StreamConsumer;
  readonly after: number;
  readonly batch: EventBatch;
}

/**
 * A source that begins where it is asked to, and survives whatever becomes of the broker's servers. A batch's `next` is
 * the position of its last event.
 *
 * Why the broker does not keep the place, in a durable consumer: after a crash it gives newer messages first, and those
 * that the dead reader held when their time is up; two readers of one consumer overtake each other as well. A follower
 * that goes by positions would drop what was overtaken as old. And a copy that was restored, or is being rebuilt, stands
 * before what was acknowledged.
 */
export function jetStreamSource(options: JetStreamSourceOptions): EventSource {
  const { urls, waitMs = WAIT_MS } = options;
  const broker = openBroker(urls, options.name);
  /** Everything up to `at` was acknowledged. */
  let place: { readonly cursor: StreamConsumer; readonly at: number } | undefined;
  /** Given, and not acknowledged yet. */
  let inHand: InHand | undefined;

  /** Resolves when the broker has forgotten it, too. */
  const drop = (): Promise<void> | undefined => {
    const cursor = (inHand ?? place)?.cursor;
    place = undefined;
    inHand = undefined;
    return cursor?.close();
  };
  const forget = (): void => void drop();

  const take = async (connection: NatsConnection, after: number): Promise<InHand> => {
    const cursor = place?.cursor ?? (await openStreamConsumer(connection, { ...options, after }));
    try {
      const { events, lastOffset = after, end, acknowledge } = await cursor.next(waitMs);
      const endOffset = end ? lastOffset : await cursor.endOffset();
      const ack = async (): Promise<void> => {
        if (inHand?.cursor !== cursor) return;
        inHand = undefined;
        place = { cursor, at: Math.max(lastOffset, after) };
        await broker.using(acknowledge).catch((error: unknown) => {
          forget();
          throw failure(error);
        });
      };
      const batch = {
        events,
        nextOffset: lastOffset,
        endOffset: Math.max(endOffset ?? 0, lastOffset),
        ack,
      };
      return { cursor, after, batch };
    } catch (error) {
      void cursor.close();
      throw error;
    }
  };

  return {
    async read(after, signal) {
      if (inHand?.after === after) return inHand.batch;
      // Somebody set the position back, or moved it on without acknowledging.
      if (inHand !== undefined || (place !== undefined && after < place.at)) forget();
      const taking = broker.using((connection) => take(connection, after));
      try {
        const taken = await raceAbort(withTimeout(taking, waitMs + GRACE_MS, late), signal);
        const { cursor, batch } = taken;
        if (batch.events.length > 0) inHand = taken;
        else place = { cursor, at: after };
        // There is more, and it does not come.
        if (batch.events.length === 0 && batch.endOffset > after) forget();
        return batch;
      } catch (error) {
        // It may still come, when nobody wants it any more.
        void taking.then(({ cursor }) => cursor.close()).catch(() => undefined);
        forget();
        if (signal.aborted) throw error;
        throw failure(error);
      }
    },
    async close() {
      await withTimeout(Promise.resolve(drop()), CLOSE_MS, late).catch(() => undefined);
      await withTimeout(broker.close(), CLOSE_MS, late).catch(() => undefined);
    },
  };
}

const late = (): Error => new SourceError('the broker is too slow');

/** A broker's errors name its servers; ours say enough. */
const failure = (error: unknown): Error =>
  error instanceof SourceError
    ? error
    : new SourceError('the broker cannot be used now', { cause: error });
