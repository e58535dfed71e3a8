// The event feeds of an upstream as event sources: within deadline and size limits, and only while its breaker is closed.
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

type Poll = Call<LogRequest, Events | undefined>;

export interface LogSourceOptions {
  /** How far before the end of the log the first read begins, in offsets; 0 when left out. */
  readonly backlog?: number;
  /** Called after a read that moves nothing: the first one, and those without events. */
  readonly onEmpty?: (batch: Events) => void;
  /** Called when reading starts again, since the log has another history. */
  readonly onRestart?: () => void;
}

// The service waits for new events for half of the deadline, so that the response arrives in time.
const WAIT_SHARE = 0.5;

/** Makes a function that reads a page. It throws SourceError; UnknownOffset when the feed never gave the offset. */
const pageReader =
  (poll: Poll, limitMs: number) =>
  async (request: LogRequest, signal: AbortSignal): Promise<Events> => {
    const caller = backgroundCaller(limitMs);
    const cancel = (): void => caller.cancellation.cancel('left');
    signal.throwIfAborted();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      const { value } = await poll(request, caller);
      if (value === undefined) throw new UnknownOffset('the log does not know the offset');
      return value;
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) throw error;
      throw new SourceError(`${error.upstream}: ${error.kind}`);
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  };

const ack = async (): Promise<void> => undefined;

/**
 * A log from its end.
 * @param poll reads a page
 * @param limitMs the time limit of each request
 */
export function createLogSource(
  poll: Poll,
  limitMs: number,
  { backlog = 0, onEmpty = () => undefined, onRestart = () => undefined }: LogSourceOptions = {},
): LogSource {
  const read = pageReader(poll, limitMs);
  /** undefined until the end of the log is known. */
  let current: EpochOffset | undefined;
  const advanceTo = (batch: Events): void => {
    current = offsetAfter(batch, current ?? { offset: 0 });
  };

  /** Goes back from the end of the log, but not to events that may be deleted. */
  const firstPage = (end: Events): Events => ({
    ...end,
    nextOffset: Math.max(
      0,
      end.nextOffset - backlog,
      Math.min(end.startOffset ?? 0, end.nextOffset),
    ),
  });
  return {
    offset: () => current ?? { offset: 0 },
    advanceTo,
    async read(_after, signal) {
      // The first request does not wait: events before it ends would be missed.
      const waitMs = current === undefined ? 0 : Math.floor(limitMs * WAIT_SHARE);
      try {
        const found = await read({ after: current?.offset ?? 'latest', waitMs }, signal);
        const page = current === undefined ? firstPage(found) : found;
        if (current === undefined) advanceTo(page);
        else requireContinuation(current, page);
        if (page.nextOffset === current?.offset) onEmpty(page);
        return { ...page, ack };
      } catch (error) {
        if (!(error instanceof UnknownOffset || error instanceof OtherEpoch)) throw error;
        // Nobody has to decide: entries expire by time, and the next read starts at the end of this log.
        current = undefined;
        onRestart();
        throw new SourceError(`${error.message}; reading starts again at its end`);
      }
    },
    close: async () => undefined,
  };
}

/** A feed from the offset that its reader asks for. Parameters as those of createLogSource. */
export function createFeedSource(poll: Poll, limitMs: number): EventSource {
  const read = pageReader(poll, limitMs);
  const waitMs = Math.floor(limitMs * WAIT_SHARE);
  return {
    read: async (after, signal) => ({ ...(await read({ after, waitMs }, signal)), ack }),
    close: async () => undefined,
  };
}
