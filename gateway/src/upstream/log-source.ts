// The event log of an upstream as an event source: within deadline and size limits, and only while its breaker is closed.
import {
  offsetAfter,
  OtherEpoch,
  requireContinuation,
  type EpochOffset,
} from 'chassis/events/epoch';
import { SourceError, UnknownOffset, type EventSource, type Events } from 'chassis/events/source';
import { backgroundCaller, type Call } from './engine/call.ts';
import { UpstreamFailure } from './engine/failure.ts';
import type { LogRequest } from './log-feed.ts';

export interface LogSource extends EventSource {
  /** The offset of the last applied event, and its epoch. 0 before the first read, which starts at the end: older events do not matter. */
  offset(): EpochOffset;
  /** Call this when all events of a batch are applied. */
  advanceTo(batch: Events): void;
}

// The service waits for new events for half of the deadline, so that the response arrives in time.
const WAIT_SHARE = 0.5;

/**
 * @param poll reads a page
 * @param limitMs the time limit of each request
 */
export function createLogSource(
  poll: Call<LogRequest, Events | undefined>,
  limitMs: number,
): LogSource {
  /** undefined until the end of the log is known. */
  let current: EpochOffset | undefined;
  const advanceTo = (batch: Events): void => {
    current = offsetAfter(batch, current ?? { offset: 0 });
  };

  return {
    offset: () => current ?? { offset: 0 },
    advanceTo,
    async read(_after, signal) {
      const caller = backgroundCaller(limitMs);
      const cancel = (): void => caller.cancellation.cancel('left');
      signal.throwIfAborted();
      signal.addEventListener('abort', cancel, { once: true });
      // The first request does not wait: events before it ends would be missed.
      const waitMs = current === undefined ? 0 : Math.floor(limitMs * WAIT_SHARE);
      try {
        const { value } = await poll({ after: current?.offset ?? 'latest', waitMs }, caller);
        if (value !== undefined) {
          if (current === undefined) advanceTo(value);
          else requireContinuation(current, value);
          return { ...value, ack: async () => undefined };
        }
        throw new UnknownOffset('the log does not know the offset');
      } catch (error) {
        if (error instanceof UnknownOffset || error instanceof OtherEpoch) {
          // Nobody has to decide: entries expire by time, and the next read starts at the end of this log.
          current = undefined;
          throw new SourceError(`${error.message}; reading starts again at its end`);
        }
        if (!(error instanceof UpstreamFailure)) throw error;
        throw new SourceError(`${error.upstream}: ${error.kind}`);
      } finally {
        signal.removeEventListener('abort', cancel);
      }
    },
    close: async () => undefined,
  };
}
