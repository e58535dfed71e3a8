// Endpoints: kinds of requests to an upstream, as data. Reads their responses. Pure.
import { isUtf8 } from 'node:buffer';
import { type FailureKind, kindOfStatus, UpstreamFailure, type UpstreamName } from './failure.ts';
import { problemIn } from './problem-document.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One kind of request to an upstream: how to build it, and how to read each expected response. */
export interface Endpoint<Q, T> {
  /** A metric label. */
  readonly name: string;
  /** GET when left out; all others are writes. */
  readonly method?: Method;
  /** Path and query. */
  readonly target: (request: Q) => string;
  /** Headers beside those of every request, such as Authorization. */
  readonly headers?: (request: Q) => Readonly<Record<string, string>>;
  /** Sent as JSON; no body when left out. */
  readonly body?: (request: Q) => unknown;
  /** It takes long by design, such as a password hash: then it must not take the permits of quick requests. */
  readonly isSlow?: true;
  /** The largest response body, in bytes. */
  readonly maxBytes: (request: Q) => number;
  /** Readers by status. A reader returns undefined for a body that breaks the contract. */
  readonly readers: Readers<Q, T>;
}

export type Readers<Q, T> = Readonly<
  Record<
    number,
    (body: unknown, request: Q, headers: ResponseHeaders) => { readonly value: T } | undefined
  >
>;

/** Header fields by their lower-case names. */
export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** The largest response bodies of an upstream, in bytes. */
export interface SizeLimits {
  /** A single resource. */
  readonly one: number;
  /** A list of at most 100. */
  readonly list: number;
}

/** A response before it is parsed, within its size limit. */
export interface RawResponse {
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly body: Buffer;
}

/** Reads a response. @throws UpstreamFailure for an unexpected status, or a body that breaks the contract */
export function readResponse<Q, T>(
  upstream: UpstreamName,
  { readers, method = 'GET' }: Endpoint<Q, T>,
  request: Q,
  { status, headers, body }: RawResponse,
): T {
  const parsed = parse(body);
  const result = readers[status]?.(parsed, request, headers);
  if (result !== undefined) return result.value;
  const kind = kindOf(status, parsed, method);
  const retryAfterS = retryAfterOf(headers);
  const hasRetryAfter = retryAfterS !== undefined;
  throw new UpstreamFailure(upstream, kind, { status, retryAfterS, hasRetryAfter });
}

function kindOf(status: number, body: unknown, method: Method): FailureKind {
  if (method === 'GET' && isForeign(status, body)) return 'nonsense';
  // The service works, and says so: a refusal because of load is no outage.
  return problemIn(body, status)?.slug === 'overloaded' ? 'overloaded' : kindOfStatus(status);
}

/**
 * Whether a 4xx is not our service's own answer but, for example, the error page of a proxy: then the service was not
 * reached, which counts as a failure. Not so for writes: their bodies are the client's, and a firewall in between may
 * reject them. A 429 says what it means, whoever sends it.
 */
const isForeign = (status: number, body: unknown): boolean =>
  status >= 400 && status < 500 && status !== 429 && problemIn(body, status) === undefined;

const BYTE_ORDER_MARK = '\uFEFF';

/** Parses JSON: null for an empty body, undefined for anything but JSON in UTF-8, such as the error page of a proxy. */
function parse(body: Buffer): unknown {
  if (body.length === 0) return null;
  // A replacement character would silently change what the upstream said.
  if (!isUtf8(body)) return undefined;
  const text = body.toString();
  try {
    return JSON.parse(text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text);
  } catch {
    return undefined;
  }
}

/** A longer wait than this is not believed: the upstream may be back at any time. */
const MAX_RETRY_AFTER_S = 300;

/** Retry-After (RFC 9110, section 10.2.3) in whole seconds from now, 1 to 300; undefined without a readable value. */
export function retryAfterOf(headers: ResponseHeaders, now = Date.now()): number | undefined {
  const text = headers['retry-after'];
  if (typeof text !== 'string') return undefined;
  const seconds = /^\d{1,10}$/.test(text) ? Number(text) : (Date.parse(text) - now) / 1000;
  if (Number.isNaN(seconds)) return undefined;
  return Math.min(MAX_RETRY_AFTER_S, Math.max(1, Math.ceil(seconds)));
}
