// Kinds of requests to an upstream, as data; and how an answer to one is read. Pure.
import { kindOfStatus, UpstreamFailure, type FailureKind, type UpstreamName } from './failure.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One kind of request to an upstream: how it is written, and how each answer that is wanted is read. */
export interface Endpoint<Q, T> {
  readonly name: string;
  /** GET when left out; everything else is a write. */
  readonly method?: Method;
  readonly target: (request: Q) => string;
  /** Beside those that every request has: whose session it is, for one. */
  readonly headers?: (request: Q) => Readonly<Record<string, string>>;
  /** Sent as JSON; nothing when left out. */
  readonly body?: (request: Q) => unknown;
  /** The largest answer to this request, in bytes. */
  readonly maxBytes: (request: Q) => number;
  /** By status. A reader gives undefined for a body that breaks the contract. */
  readonly readers: Readers<Q, T>;
}

export type Readers<Q, T> = Readonly<
  Record<
    number,
    (body: unknown, request: Q, headers: ResponseHeaders) => { readonly value: T } | undefined
  >
>;

/** Names in lower case. */
export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** The most that an upstream may answer, in bytes. */
export interface SizeLimits {
  /** About one thing. */
  readonly one: number;
  /** A list of up to a hundred. */
  readonly list: number;
}

/** An answer as it came, within its bounds. */
export interface RawResponse {
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly body: Buffer;
}

/** @throws UpstreamFailure for a status that is not wanted, and for a body that breaks the contract */
export function readResponse<Q, T>(
  upstream: UpstreamName,
  { readers }: Endpoint<Q, T>,
  request: Q,
  { status, headers, body }: RawResponse,
): T {
  const read = readers[status];
  if (read === undefined) throw new UpstreamFailure(upstream, kindOfStatus(status), { status });
  const result = read(parse(body), request, headers);
  if (result === undefined) throw new UpstreamFailure(upstream, kindOfMisfit(status), { status });
  return result.value;
}

/** A body that breaks the contract is nonsense; but a 4xx stays one: it never opens a breaker. */
const kindOfMisfit = (status: number): FailureKind =>
  status >= 400 ? kindOfStatus(status) : 'nonsense';

/** null for no body; undefined for what is no JSON, such as the page of a proxy in between. */
function parse(body: Buffer): unknown {
  if (body.length === 0) return null;
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}
