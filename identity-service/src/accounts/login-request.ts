// What the accounts use of the request that registers or logs in.
import type { OnCancel } from './hash-queue.ts';

export interface LoginRequest {
  /** Names the device of the session. */
  readonly userAgent?: string | undefined;
  /** Trace of the request (W3C Trace Context), for the event that it causes. */
  readonly traceparent?: string | undefined;
  /** Ends the wait for the password hash. */
  readonly onCancel?: OnCancel | undefined;
}
