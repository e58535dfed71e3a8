// Who asks: the request id and the trace context (W3C Trace Context, https://www.w3.org/TR/trace-context/).
import { randomFillSync, randomUUID } from 'node:crypto';

const REQUEST_ID = /^[A-Za-z0-9._~:+/=-]{1,128}$/;
// Version 00 has exactly these four fields; a later version may append more, ff is forbidden.
const TRACEPARENT =
  /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(-.{0,200})?$/;

const pool = Buffer.alloc(4096);
let used = pool.length;

/** `bytes` random bytes in hexadecimal, cut from a pool: one system call serves hundreds of ids. */
function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString('hex', used - bytes, used);
}

/** The client's request id when it is well-formed, else a new one. */
export const requestIdFrom = (header: unknown): string =>
  typeof header === 'string' && REQUEST_ID.test(header) ? header : randomUUID();

/**
 * Continues the client's trace when `header` is a well-formed traceparent, else starts one; the span is always new.
 * Of the flags only `sampled` goes on: unknown ones must be sent as zero (section 3.2.2.5). A trace that starts here is
 * not sampled: nothing records it.
 */
export function traceparentFrom(header: unknown): string {
  const match = typeof header === 'string' ? TRACEPARENT.exec(header) : null;
  if (match === null || (match[1] === '00' && match[4] !== undefined)) {
    return `00-${randomHex(16)}-${randomHex(8)}-00`;
  }
  const sampled = Number.parseInt(match[3]!, 16) & 1;
  return `00-${match[2]}-${randomHex(8)}-0${sampled}`;
}
