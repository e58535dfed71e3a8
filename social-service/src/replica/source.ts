// Where Identity's log comes from: its HTTP feed, or a stream at a broker.
import { type EventSource, UnknownOffset } from 'chassis/events/source';
import { httpSource } from 'chassis/events/http-source';
import { jetStreamSource } from 'chassis/events/nats/source';

export interface SourceSettings {
  readonly IDENTITY_URL: string;
  readonly NATS_URL?: string | undefined;
}

/** A source that tells whether the log can be had. */
export interface WatchedSource extends EventSource {
  /** Whether the last attempt to read failed. */
  failing(): boolean;
}

// The shortest that a broker can be asked to wait: a process that starts up to date is not ready before that.
const NATS_WAIT_MS = 1_000;
const STREAM = { stream: 'USER_EVENTS', subject: 'user-events.>', name: 'social' } as const;

/**
 * @param lost told of a position that Identity's log has never given: after its database was restored, it gives positions
 *   a second time, and who went on from there would miss events. A stream may only be being filled anew.
 */
export function userEventSource(
  { IDENTITY_URL, NATS_URL }: SourceSettings,
  lost: (position: number) => Promise<void>,
): WatchedSource {
  if (NATS_URL !== undefined)
    return watched(jetStreamSource({ urls: NATS_URL, waitMs: NATS_WAIT_MS, ...STREAM }));
  return watched(feedSource(`${IDENTITY_URL}/api/user-events`, lost));
}

/** The feed is not asked to wait for news before its end was reached once: whoever starts wants to know where that is. */
function feedSource(url: string, lost: (position: number) => Promise<void>): EventSource {
  const asking = httpSource({ url, waitMs: 0 });
  const waiting = httpSource({ url });
  let reached = false;
  return {
    async read(after, signal) {
      try {
        const batch = await (reached ? waiting : asking).read(after, signal);
        reached ||= batch.nextOffset >= batch.endOffset;
        return batch;
      } catch (error) {
        if (error instanceof UnknownOffset) await lost(after);
        throw error;
      }
    },
    close: () => waiting.close(),
  };
}

function watched(source: EventSource): WatchedSource {
  let failing = false;
  return {
    async read(after, signal) {
      try {
        const batch = await source.read(after, signal);
        failing = false;
        return batch;
      } catch (error) {
        failing ||= !signal.aborted;
        throw error;
      }
    },
    close: () => source.close(),
    failing: () => failing,
  };
}
