// Whoever asks when no client does: the gateway itself.
import { randomUUID } from 'node:crypto';
import { traceparentFrom } from 'chassis/observability/trace';
import { Presence, type Caller } from './call.ts';

/** A caller of its own, who waits for at most `limitMs`. */
export const background = (limitMs: number): Caller => ({
  requestId: randomUUID(),
  traceparent: traceparentFrom(undefined),
  deadlineAt: performance.now() + limitMs,
  presence: new Presence(),
});
