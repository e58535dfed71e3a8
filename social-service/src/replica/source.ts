// The source of user events: Identity's HTTP feed, or a JetStream stream.
import type { Epochs } from 'chassis/events/epoch';
import { type EventSource, UnknownOffset } from 'chassis/events/source';
import { httpSource, type HttpSourceOptions } from 'chassis/events/http-source';
import { HEARTBEATS } from 'chassis/events/nats/heartbeats';
import { natsAccess } from 'chassis/events/nats/settings';
import { jetStreamSource } from 'chassis/events/nats/source';

export type SourceSettings = Parameters<typeof natsAccess>[0] & {
  readonly IDENTITY_URL: string;
  readonly IDENTITY_FEED_TOKEN?: string | undefined;
};

/** Called with an offset beyond the end of Identity's log, and the log's epochs. May throw a better error. */
export type OnLost = (offset: number, epochs: Epochs | undefined) => Promise<void>;

/** An event source that reports whether it fails. */
export interface MonitoredSource extends EventSource {
  /** Whether the last read failed. */
  failing(): boolean;
}

// The shortest wait that NATS accepts. A process that starts with a current replica is ready only after this wait.
const NATS_WAIT_MS = 1_000;
const STREAM = {
  stream: 'USER_EVENTS',
  subject: 'user-events.>',
  heartbeats: HEARTBEATS,
  name: 'social',
} as const;

/**
 * Opens the source that the settings name.
 * @param onLost receives an offset beyond the end of Identity's log. Identity's database was restored then: the log assigns
 *   such offsets again, and a consumer that continued would miss events. Not called for a stream, which may just be refilling.
 */
export function userEventSource(settings: SourceSettings, onLost: OnLost): MonitoredSource {
  const { IDENTITY_URL, IDENTITY_FEED_TOKEN: token } = settings;
  const urls = natsAccess(settings);
  if (urls !== undefined)
    return monitored(jetStreamSource({ urls, waitMs: NATS_WAIT_MS, ...STREAM }));
  return monitored(feedSource({ url: `${IDENTITY_URL}/api/user-events`, token }, onLost));
}

/** Reads the feed without waiting until its end is reached once, so that readiness is known quickly; then long-polls. */
function feedSource(feed: Pick<HttpSourceOptions, 'url' | 'token'>, onLost: OnLost): EventSource {
  const polling = httpSource({ ...feed, waitMs: 0 });
  const longPolling = httpSource(feed);
  let reachedEnd = false;
  return {
    async read(after, signal) {
      try {
        const batch = await (reachedEnd ? longPolling : polling).read(after, signal);
        reachedEnd ||= batch.nextOffset >= batch.endOffset;
        return batch;
      } catch (error) {
        // The answer does not name the epochs, so they are read with a page.
        if (error instanceof UnknownOffset)
          await onLost(after, (await polling.read(0, signal)).epochs);
        throw error;
      }
    },
    close: () => longPolling.close(),
  };
}

function monitored(source: EventSource): MonitoredSource {
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
