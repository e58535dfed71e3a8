// A question as it goes out. Pure.
import type { Caller } from './call.ts';
import type { Method, Operation } from './endpoint.ts';

export interface Request {
  readonly method: Method;
  /** The request target: path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>> | undefined;
  /** JSON. */
  readonly body: string | undefined;
  /** The largest answer, in bytes. */
  readonly maxBytes: number;
}

export const requestOf = <Q, T>(operation: Operation<Q, T>, question: Q): Request => ({
  method: operation.method ?? 'GET',
  path: operation.target(question),
  headers: operation.headers?.(question),
  body: operation.body && JSON.stringify(operation.body(question)),
  maxBytes: operation.maxBytes(question),
});

const JSON_BODY = { 'content-type': 'application/json' };

/** The header fields of a request: who asks, and what the operation adds. */
export const headersOf = (
  { headers, body }: Request,
  { requestId, traceparent }: Caller,
): Record<string, string> => ({
  accept: 'application/json',
  'accept-encoding': 'identity',
  'x-request-id': requestId,
  traceparent,
  ...(body !== undefined && JSON_BODY),
  ...headers,
});
