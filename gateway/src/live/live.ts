// Live streams: opens them, keeps them alive, and ends them.
import type { ServerResponse } from 'node:http';
import type { Metrics } from 'chassis/observability/metrics';
import { Problem } from 'chassis/http/problem';
import { endReasons, type EndReason, type Stream } from './audience.ts';
import { createHub, type Hub } from './hub.ts';
import { HEARTBEAT_S, startHeartbeats } from './heartbeats.ts';
import { countStreams, type StreamLimits } from './limits.ts';
import { heartbeatText, messageText, retryText } from './messages.ts';
import { parsePlace } from './place.ts';

export interface LiveOptions {
  readonly limits: StreamLimits;
  /** Number of events of each log that are kept in memory. */
  readonly history: number;
  /** Most bytes that wait for a client that does not read; then the stream is cut off. */
  readonly queueBytes: number;
  /** Whether Identity's log is consumed. */
  readonly consumesUsers: boolean;
  readonly metrics: Metrics;
}

export interface LiveViewer {
  readonly userId: number;
  readonly sessionId: string;
  /** When the access token expires, as Date.now(); the stream ends then, and the client comes back with a new token. */
  readonly expiresAt: number;
}

/** Loads the ids of the viewer's friends. */
export type LoadFriends = () => Promise<ReadonlySet<number>>;

export interface Live {
  readonly hub: Pick<Hub, 'social' | 'identity'>;
  /**
   * Prepares a stream. Its events begin after `lastId`, or now.
   * @returns a function that writes the stream to a response
   * @throws Problem 429 or 503 above a limit, 503 until the logs are read, and what `loadFriends` throws
   */
  open(
    viewer: LiveViewer,
    address: string,
    lastId: string | undefined,
    loadFriends: LoadFriends,
  ): Promise<(res: ServerResponse) => void>;
  /** Tells every client that an upstream's breaker opened or closed. */
  upstream(name: string, isAvailable: boolean): void;
  /** Ends streams of a user, or of all users: those of the sessions that `which` chooses. */
  endSessions(userId: number | undefined, which: (sessionId: string) => boolean): void;
  /** Ends all streams; the clients come back at different times. */
  stop(): void;
}

const RETRY_MS = 2_000;
/** After the end of a process, its clients come back within this time, in ms. */
const SPREAD_MS = 10_000;
/** A connection on which nothing moved for so long is dead. */
const DEAD_MS = 3 * HEARTBEAT_S * 1000;

export function createLive(options: LiveOptions): Live {
  const { metrics, queueBytes } = options;
  const hub = createHub(options.history, options.consumesUsers);
  const count = countStreams(options.limits);
  const unavailable = new Set<string>();
  let stopped = false;

  metrics.gauge('gateway_live_streams', 'Open live streams.', [], (gauge) =>
    gauge.set(hub.audience.all.size),
  );
  const ended = metrics.counter('gateway_live_ended_total', 'Live streams that ended.', ['reason']);
  for (const reason of endReasons) ended.inc({ reason }, 0);

  const heartbeats = startHeartbeats(() => heartbeatText(hub.placeId()));

  const upstreamText = (name: string, isAvailable: boolean): string =>
    messageText('upstream', { name, available: isAvailable }, hub.placeId());

  const begin = (
    res: ServerResponse,
    { userId, sessionId, expiresAt }: LiveViewer,
    join: (stream: Pick<Stream, 'userId' | 'sessionId' | 'write' | 'end'>) => Stream,
    release: () => void,
  ): void => {
    if (res.destroyed || stopped) {
      release();
      res.end();
      return;
    }
    let reason: EndReason = 'left';
    res.socket?.setTimeout(DEAD_MS);
    const end = (why: EndReason): void => {
      reason = why;
      if (why === 'slow') res.destroy();
      else res.end(why === 'stopping' ? retryText(Math.ceil(Math.random() * SPREAD_MS)) : '');
    };
    const write = (text: string): void => {
      if (res.writableEnded || res.destroyed) return;
      res.write(text);
      if (res.writableLength > queueBytes) end('slow');
    };
    res.write(retryText(RETRY_MS));
    const stream = join({ userId, sessionId, write, end });
    write(heartbeatText(hub.placeId()));
    for (const name of unavailable) write(upstreamText(name, false));
    const stopHeartbeats = heartbeats.add(stream);
    const expiry = setTimeout(() => end('expired'), Math.max(0, expiresAt - Date.now())).unref();
    res.once('close', () => {
      clearTimeout(expiry);
      stopHeartbeats();
      hub.remove(stream);
      release();
      ended.inc({ reason });
    });
  };

  return {
    hub,
    async open(viewer, address, lastId, loadFriends) {
      if (stopped || !hub.isReady())
        throw new Problem('upstream-unavailable', 'The event logs are not read yet; try again', {
          headers: { 'Retry-After': '2' },
        });
      const release = count(viewer.userId, address);
      try {
        // The place comes first: what happens while the friends are loaded is written afterwards.
        const from = lastId === undefined ? hub.place() : parsePlace(lastId);
        const friends = await loadFriends();
        return (res) => begin(res, viewer, (stream) => hub.join(stream, friends, from), release);
      } catch (error) {
        release();
        throw error;
      }
    },
    upstream(name, isAvailable) {
      if (isAvailable !== unavailable.has(name)) return;
      if (isAvailable) unavailable.delete(name);
      else unavailable.add(name);
      for (const stream of hub.audience.all) stream.write(upstreamText(name, isAvailable));
    },
    endSessions(userId, which) {
      for (const stream of userId === undefined ? hub.audience.all : hub.audience.ownOf(userId))
        if (which(stream.sessionId)) stream.end('session');
    },
    stop() {
      stopped = true;
      heartbeats.stop();
      for (const stream of hub.audience.all) stream.end('stopping');
    },
  };
}
