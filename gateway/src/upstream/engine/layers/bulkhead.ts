// Limits attempts to the number of connections, so that undici's own queue, which has no bound and ignores aborts, stays
// empty. Waiting counts against the caller's deadline. A rejection here is not a failure of the upstream.
import { createPermits as createSemaphore, NoPermit, type Permits } from 'chassis/base/permits';
import type { Span } from 'chassis/observability/span';
import type { Caller, Layer } from '../call.ts';
import { kindOfThrown, UpstreamFailure, type UpstreamName } from '../failure.ts';

export interface PermitsOptions {
  readonly upstream: UpstreamName;
  readonly maxConcurrent: number;
  readonly maxQueued: number;
  readonly onRejected: () => void;
}

// A caller waits for at most half of its time, so that the attempt has the other half: otherwise our own queue would
// look like a slow upstream.
const WAIT_SHARE = 0.5;

export interface UpstreamPermits extends Pick<Permits, 'release' | 'inUse' | 'queued'> {
  /** @throws UpstreamFailure `busy` when no permit comes in time, `left` when the caller is cancelled */
  acquire(caller: Caller): Promise<void> | undefined;
}

/** The permits of one upstream, shared by its calls. */
export function createPermits({
  upstream,
  maxConcurrent,
  maxQueued,
  onRejected,
}: PermitsOptions): UpstreamPermits {
  const permits = createSemaphore({ maxConcurrent, maxQueued });
  const failureOf = (error: unknown): unknown => {
    if (!(error instanceof NoPermit)) return error;
    if (error.reason === 'cancelled') return new UpstreamFailure(upstream, 'left');
    onRejected();
    return new UpstreamFailure(upstream, 'busy');
  };

  return {
    get inUse() {
      return permits.inUse;
    },
    get queued() {
      return permits.queued;
    },
    acquire({ cancellation, deadlineAt }) {
      if (cancellation.cancelled) throw new UpstreamFailure(upstream, 'left');
      const remainingMs = deadlineAt - performance.now();
      try {
        // An attempt without any time would look like an upstream that is too slow.
        if (remainingMs <= 0) throw new NoPermit('too-late');
        const waiting = permits.acquire({
          waitMs: WAIT_SHARE * remainingMs,
          onCancel: (listener) => cancellation.onCancel(listener),
        });
        return waiting?.catch((error: unknown) => {
          throw failureOf(error);
        });
      } catch (error) {
        throw failureOf(error);
      }
    },
    release: () => permits.release(),
  };
}

export const bulkhead =
  <Q, T>(permits: UpstreamPermits): Layer<Q, T> =>
  (inner) =>
    async function withPermit(request, caller) {
      const waiting = permits.acquire(caller);
      await (waiting && caller.span ? recorded(waiting, caller.span) : waiting);
      try {
        return await inner(request, caller);
      } finally {
        permits.release();
      }
    };

/** A wait for a permit, as a span. */
async function recorded(waiting: Promise<void>, span: Span): Promise<void> {
  const wait = span.child('wait for a permit');
  try {
    await waiting;
    wait.end();
  } catch (error) {
    wait.end(kindOfThrown(error));
    throw error;
  }
}
