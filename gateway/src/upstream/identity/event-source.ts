// The user event log as an event source: within deadline and size limits, and only while Identity's breaker is closed.
import { SourceError, UnknownOffset, type EventSource } from 'chassis/events/source';
import { backgroundCaller } from '../engine/call.ts';
import { UpstreamFailure } from '../engine/failure.ts';
import { getUserEvents } from './user-events.ts';
import type { Upstream } from '../upstream.ts';
import type { SizeLimits } from '../engine/endpoint.ts';

export interface UserEventSource extends EventSource {
  /** The offset of the last applied event. 0 before the first read, which starts at the end: older events do not matter. */
  offset(): number;
  /** Call this when all events up to the offset are applied. */
  advanceTo(offset: number): void;
}

// Identity waits for new events for half of the deadline, so that the response arrives in time.
const WAIT_SHARE = 0.5;

/** @param limitMs the time limit of each request */
export function createUserEventSource(
  identity: Upstream,
  limits: SizeLimits,
  limitMs: number,
): UserEventSource {
  const poll = identity.longPoll(getUserEvents(limits));
  /** undefined until the end of the log is known. */
  let offset: number | undefined;

  return {
    offset: () => offset ?? 0,
    advanceTo(next) {
      offset = next;
    },
    async read(_after, signal) {
      const caller = backgroundCaller(limitMs);
      const cancel = (): void => caller.cancellation.cancel('left');
      signal.throwIfAborted();
      signal.addEventListener('abort', cancel, { once: true });
      // The first request does not wait: events before it ends would be missed.
      const waitMs = offset === undefined ? 0 : Math.floor(limitMs * WAIT_SHARE);
      try {
        const { value } = await poll({ after: offset ?? 'latest', waitMs }, caller);
        if (value !== undefined) {
          offset ??= value.nextOffset;
          return { ...value, ack: async () => undefined };
        }
        // It is another log than before. Entries expire by time; the next read starts at the end of this log.
        offset = undefined;
        throw new UnknownOffset(
          'the log does not know the offset; reading starts again at its end',
        );
      } catch (error) {
        if (!(error instanceof UpstreamFailure)) throw error;
        throw new SourceError(`${error.upstream}: ${error.kind}`);
      } finally {
        signal.removeEventListener('abort', cancel);
      }
    },
    close: async () => undefined,
  };
}
