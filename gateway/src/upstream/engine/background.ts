// The caller of background work.
import { randomUUID } from 'node:crypto';
import { traceparentFrom } from 'chassis/observability/trace';
import { Cancellation, type Caller } from './call.ts';

/** A caller without a client: no request to be cancelled by. It waits for at most `limitMs`. */
export const backgroundCaller = (limitMs: number): Caller => ({
  requestId: randomUUID(),
  traceparent: traceparentFrom(undefined),
  deadlineAt: performance.now() + limitMs,
  cancellation: new Cancellation(),
});
