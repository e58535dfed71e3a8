// Whoever asks when no client does: the gateway itself.
import { randomUUID } from 'node:crypto';
import { traceparentFrom } from 'chassis/observability/trace';
import { Cancellation, type Caller } from './call.ts';

/** A caller of its own, who waits for at most `limitMs`. */
export const backgroundCaller = (limitMs: number): Caller => ({
  requestId: randomUUID(),
  traceparent: traceparentFrom(undefined),
  deadlineAt: performance.now() + limitMs,
  cancellation: new Cancellation(),
});
