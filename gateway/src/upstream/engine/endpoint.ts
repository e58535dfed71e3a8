// Endpoints: kinds of requests to an upstream, as data. Reads their responses. Pure.
import { kindOfStatus, UpstreamFailure, type FailureKind, type UpstreamName } from './failure.ts';

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
  { readers }: Endpoint<Q, T>,
  request: Q,
  { status, headers, body }: RawResponse,
): T {
  const read = readers[status];
  if (read === undefined) throw new UpstreamFailure(upstream, kindOfStatus(status), { status });
  const result = read(parse(body), request, headers);
  if (result === undefined)
    throw new UpstreamFailure(upstream, kindOfInvalidBody(status), { status });
  return result.value;
}

/** A body that breaks the contract is `nonsense`. With a 4xx the kind is that of the status, which never opens a breaker. */
const kindOfInvalidBody = (status: number): FailureKind =>
  status >= 400 ? kindOfStatus(status) : 'nonsense';

/** Parses JSON: null for an empty body, undefined for anything but JSON, such as the error page of a proxy. */
function parse(body: Buffer): unknown {
  if (body.length === 0) return null;
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}
