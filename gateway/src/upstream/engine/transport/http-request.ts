// A request as it is sent. Pure.
import type { Caller } from '../call.ts';
import type { Method, Endpoint } from '../endpoint.ts';

export interface HttpRequest {
  readonly method: Method;
  /** The request target: path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>> | undefined;
  /** JSON; undefined for a request without a body. */
  readonly body: string | undefined;
  /** The largest response body, in bytes. */
  readonly maxBytes: number;
}

export const httpRequestOf = <Q, T>(endpoint: Endpoint<Q, T>, request: Q): HttpRequest => ({
  method: endpoint.method ?? 'GET',
  path: endpoint.target(request),
  headers: endpoint.headers?.(request),
  body: endpoint.body && JSON.stringify(endpoint.body(request)),
  maxBytes: endpoint.maxBytes(request),
});

/** Names the gateway to upstreams: as the client, and as what stands between them and its own clients (RFC 9110, 7.6.3). */
const GATEWAY = { 'user-agent': 'social-network-gateway', via: '1.1 gateway' };
const JSON_BODY = { 'content-type': 'application/json' };

/** The header fields of a request: those of every request, and those of the endpoint. */
export const headersOf = (
  { headers, body }: HttpRequest,
  { requestId, traceparent, tracestate, baggage }: Caller,
): Record<string, string> => ({
  accept: 'application/json',
  'accept-encoding': 'identity',
  ...GATEWAY,
  'x-request-id': requestId,
  traceparent,
  ...(tracestate !== undefined && { tracestate }),
  ...(baggage !== undefined && { baggage }),
  ...(body !== undefined && JSON_BODY),
  ...headers,
});
