// Request ids and trace contexts (W3C Trace Context, https://www.w3.org/TR/trace-context/).
import { randomFillSync, randomUUID } from 'node:crypto';

const REQUEST_ID = /^[A-Za-z0-9._~:+/=-]{1,128}$/;
// Version 00 has exactly these four fields; a later version may append more, ff is forbidden.
const TRACEPARENT =
  /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(-.{0,200})?$/;

const pool = Buffer.alloc(4096);
let used = pool.length;

/** Returns `bytes` random bytes in hexadecimal, from a pool: one system call is enough for hundreds of ids. */
function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString('hex', used - bytes, used);
}

/** Returns the client's request id when it is well-formed, otherwise a new one. */
export const requestIdFrom = (header: unknown): string =>
  typeof header === 'string' && REQUEST_ID.test(header) ? header : randomUUID();

/**
 * Returns a traceparent with a new span: in the client's trace when `header` is well-formed, otherwise in a new trace.
 * Only the flag `sampled` is kept: unknown flags must be sent as zero (section 3.2.2.5). A new trace is not sampled,
 * because nothing records it.
 */
export function traceparentFrom(header: unknown): string {
  const match = typeof header === 'string' ? TRACEPARENT.exec(header) : null;
  if (match === null || (match[1] === '00' && match[4] !== undefined)) {
    return `00-${randomHex(16)}-${randomHex(8)}-00`;
  }
  const sampled = Number.parseInt(match[3]!, 16) & 1;
  return `00-${match[2]}-${randomHex(8)}-0${sampled}`;
}
