// Request ids and trace contexts (W3C Trace Context, https://www.w3.org/TR/trace-context/; W3C Baggage).
import { randomFillSync, randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Span, Tracing } from './span.ts';

const REQUEST_ID = /^[A-Za-z0-9._~:+/=-]{1,128}$/;
// Version 00 has exactly these four fields; a later version may append more, ff is forbidden.
const TRACEPARENT =
  /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.{0,200})?$/;
const PRINTABLE = /^[\x20-\x7e]+$/;
const TRACESTATE_MAX = 512;
/** Every implementation takes as many bytes (W3C Baggage, section 3.3.2). */
const BAGGAGE_MAX = 8192;

/** A place in a distributed trace; it travels to other services in the headers with these names. */
export interface TraceContext {
  /** Names the trace and the span that works now. */
  readonly traceparent: string;
  readonly tracestate?: string | undefined;
  readonly baggage?: string | undefined;
  /** Records the span that works now; undefined unless this process exports spans and the trace is sampled. */
  readonly span?: Span | undefined;
}

/** The span of another process, as a traceparent names it. */
export interface RemoteSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
}

const pool = Buffer.alloc(4096);
let used = pool.length;

/** Returns `bytes` random bytes in hexadecimal, from a pool: one system call is enough for hundreds of ids. */
export function randomHex(bytes: number): string {
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
 * Parses a traceparent; undefined when it is malformed. Node joins repeated fields by commas: several values of one
 * trace agree, as when an instrumentation adds its own, and the last one counts. Values of different traces do not.
 */
export function parseTraceparent(header: unknown): RemoteSpan | undefined {
  if (typeof header !== 'string') return undefined;
  const single = parseOne(header);
  if (single !== undefined || !header.includes(',')) return single;
  const spans = header.split(',', MAX_VALUES + 1).map((value) => parseOne(value.trim()));
  const last = spans.at(-1);
  const agree = spans.length <= MAX_VALUES && spans.every((one) => one?.traceId === last?.traceId);
  return agree ? last : undefined;
}

const MAX_VALUES = 4;

function parseOne(value: string): RemoteSpan | undefined {
  const match = TRACEPARENT.exec(value);
  if (match === null || (match[1] === '00' && match[5] !== undefined)) return undefined;
  const sampled = (Number.parseInt(match[4]!, 16) & 1) === 1;
  return { traceId: match[2]!, spanId: match[3]!, sampled };
}

/**
 * Writes a traceparent. Only the flag `sampled` is known: unknown flags must be sent as zero (section 3.2.2.5).
 */
export const formatTraceparent = ({ traceId, spanId, sampled }: RemoteSpan): string =>
  `00-${traceId}-${spanId}-0${sampled ? 1 : 0}`;

/**
 * Returns a traceparent with a new span: in the client's trace when `header` is well-formed, otherwise in a new trace.
 * A new trace is not sampled, because nothing records it.
 */
export const traceparentFrom = (header: unknown): string => newSpanIn(parseTraceparent(header));

function newSpanIn(parent: RemoteSpan | undefined): string {
  const { traceId = randomHex(16), sampled = false } = parent ?? {};
  return formatTraceparent({ traceId, spanId: randomHex(8), sampled });
}

/** The ids of a traceparent, by the names of OpenTelemetry (https://opentelemetry.io/docs/specs/otel/compatibility/logging_trace_context/). */
export const traceFields = (traceparent: string) => ({
  trace_id: traceparent.slice(3, 35),
  span_id: traceparent.slice(36, 52),
});

/** The same traceparent with a span id of its own. */
export const siblingOf = (traceparent: string): string =>
  `${traceparent.slice(0, 36)}${randomHex(8)}${traceparent.slice(52)}`;

/** The trace context of a request: a new span, recorded by `tracing` if that samples it. */
export function traceContextFrom(headers: IncomingHttpHeaders, tracing?: Tracing): TraceContext {
  const parent = parseTraceparent(headers['traceparent']);
  const { traceparent, span } = tracing?.begin(parent) ?? {
    traceparent: newSpanIn(parent),
    span: undefined,
  };
  // The tracestate says more about the traceparent's span, and is worthless without it.
  const tracestate = parent && textOf(headers['tracestate'], TRACESTATE_MAX);
  return { traceparent, tracestate, baggage: textOf(headers['baggage'], BAGGAGE_MAX), span };
}

const textOf = (header: string | string[] | undefined, max: number): string | undefined =>
  typeof header === 'string' && header.length <= max && PRINTABLE.test(header) ? header : undefined;
