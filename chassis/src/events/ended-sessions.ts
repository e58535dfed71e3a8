// The sessions that ended lately, from Identity's feed: their access tokens are refused, although they have not expired yet.
// All in memory: a process that has just started reads them again. While the feed is away, tokens act until they expire.
import type { Logger } from '../observability/log.ts';
import type { Metrics } from '../observability/metrics.ts';
import { type Applied, startConsumer } from './consumer.ts';
import { type Events, type EventSource, SourceError, UnknownOffset } from './source.ts';

export interface EndedSessionOptions {
  /** Prefix of the metric names. */
  readonly name: string;
  /** Closed on `stop`. */
  readonly source: EventSource;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Called for each session that ended. */
  readonly onEnded?: (sessionId: string) => void;
  /** The most sessions that are remembered; the oldest ones give way. */
  readonly maxEntries?: number;
  readonly now?: () => number;
}

export interface EndedSessions {
  /** Whether the session has ended, as far as is known here. */
  readonly has: (sessionId: string) => boolean;
  stop(): Promise<void>;
}

/** Sessions that end within the lifetime of a token; about 20 MB. */
const MAX_ENTRIES = 200_000;

/** Starts to consume the feed. A failure is logged and counted, and nobody waits for the feed. */
export function consumeEndedSessions(options: EndedSessionOptions): EndedSessions {
  const { name, source, log, metrics, maxEntries = MAX_ENTRIES, now = Date.now } = options;
  /** By when all tokens of a session have expired, in ms since the epoch; the session that ended first is the first. */
  const expiries = new Map<string, number>();
  let offset = 0;

  const removeExpired = (): void => {
    for (const [id, expiresAt] of expiries) {
      if (expiresAt > now() && expiries.size <= maxEntries) return;
      expiries.delete(id);
    }
  };
  const apply = (batch: Events): Applied => {
    let skipped = 0;
    let invalid = 0;
    for (const event of batch.events) {
      const ended = endedSessionIn(event);
      if (typeof ended === 'object') {
        expiries.set(ended.id, ended.expiresAt);
        options.onEnded?.(ended.id);
      } else if (ended === 'unknown') skipped += 1;
      else invalid += 1;
    }
    removeExpired();
    offset = batch.nextOffset;
    return { skipped, invalid };
  };
  const consumer = startConsumer({
    name,
    source: {
      close: () => source.close(),
      async read(after, signal) {
        try {
          return await source.read(after, signal);
        } catch (error) {
          if (!(error instanceof UnknownOffset)) throw error;
          // Nobody has to decide: the feed is short.
          offset = 0;
          throw new SourceError(`${error.message}; reading starts again at its beginning`);
        }
      },
    },
    offset: () => ({ offset }),
    apply,
    log,
    metrics,
  });
  metrics.gauge(`${name}_entries`, 'Ended sessions that are remembered', [], (gauge) => {
    removeExpired();
    gauge.set(expiries.size);
  });
  return {
    has: (sessionId) => expiries.has(sessionId),
    stop: () => consumer.stop(),
  };
}

/** Reads an event; `unknown` for one of a type that is not ours. Other fields are not checked. */
function endedSessionIn(
  event: unknown,
): { readonly id: string; readonly expiresAt: number } | 'unknown' | 'invalid' {
  const { type, data } = (event ?? {}) as { type?: unknown; data?: unknown };
  if (typeof type !== 'string') return 'invalid';
  if (type !== 'SessionEnded') return 'unknown';
  const { id, tokensExpireAt } = (data ?? {}) as { id?: unknown; tokensExpireAt?: unknown };
  const expiresAt = typeof tokensExpireAt === 'string' ? Date.parse(tokensExpireAt) : NaN;
  if (typeof id !== 'string' || Number.isNaN(expiresAt)) return 'invalid';
  return { id, expiresAt };
}
