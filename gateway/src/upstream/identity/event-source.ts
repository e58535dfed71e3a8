// Identity's log as a source to follow: within its deadline and its bounds, and not while Identity's breaker is open.
import { SourceError, UnknownOffset, type EventSource } from 'chassis/events/source';
import { backgroundCaller } from '../engine/background.ts';
import { UpstreamFailure } from '../engine/failure.ts';
import { getUserEvents } from './user-events.ts';
import type { Upstream } from '../upstream.ts';
import type { SizeLimits } from '../engine/endpoint.ts';

export interface UserEventSource extends EventSource {
  /** Up to where the log has been read; 0 before it has. What came before it began concerns nobody here. */
  offset(): number;
  /** It has taken effect up to here. */
  advanceTo(position: number): void;
}

// Identity waits for news for half of the deadline, so that the answer is there in time.
const WAITING_SHARE = 0.5;

/** @param limitMs for each request */
export function createUserEventSource(
  identity: Upstream,
  bounds: SizeLimits,
  limitMs: number,
): UserEventSource {
  const ask = identity.longPoll(getUserEvents(bounds));
  let position: number | undefined;

  return {
    offset: () => position ?? 0,
    advanceTo(next) {
      position = next;
    },
    async read(_after, signal) {
      const caller = backgroundCaller(limitMs);
      const leave = (): void => caller.cancellation.cancel('left');
      signal.addEventListener('abort', leave, { once: true });
      // Where the log ends has to be known before anything can be missed.
      const waitMs = position === undefined ? 0 : Math.floor(limitMs * WAITING_SHARE);
      try {
        const { value } = await ask({ after: position ?? 'latest', waitMs }, caller);
        if (value !== undefined) {
          position ??= value.nextOffset;
          return { ...value, ack: async () => undefined };
        }
        // Another log than before: the cache goes on by time alone, and this one is read from its end.
        position = undefined;
        throw new UnknownOffset('the log does not know the position that it was read to');
      } catch (error) {
        if (!(error instanceof UpstreamFailure)) throw error;
        throw new SourceError(`${error.upstream}: ${error.kind}`);
      } finally {
        signal.removeEventListener('abort', leave);
      }
    },
    close: async () => undefined,
  };
}
