// The spans of calls and attempts, by OpenTelemetry's semantic conventions for HTTP clients. Paths are left out: they
// hold ids and names.
import type { Attributes, Span } from 'chassis/observability/span';
import type { Caller } from './call.ts';
import type { Method } from './endpoint.ts';
import type { UpstreamFailure, UpstreamName } from './failure.ts';

type Begin = (parent: Span, caller: Caller) => Span;

/** A part of an answer, or a write: what a caller waits for, whatever it takes. */
export const beginCall =
  (name: string): Begin =>
  (parent) =>
    parent.child(name);

/** Attempts on the wire. @param origin of the upstream */
export function attemptSpans(
  upstream: UpstreamName,
  origin: string,
): (endpoint: string, method?: Method) => Begin {
  const { protocol, hostname, port } = new URL(origin);
  const server = {
    'server.address': hostname,
    'server.port': Number(port || (protocol === 'https:' ? 443 : 80)),
    'service.peer.name': upstream,
  };
  return (endpoint, method = 'GET') => {
    const attributes = { ...server, 'http.request.method': method };
    return (parent, { resends }) =>
      parent.child(`${method} ${endpoint}`, {
        kind: 'client',
        attributes:
          resends === undefined
            ? attributes
            : { ...attributes, 'http.request.resend_count': resends },
      });
  };
}

/** @param failure why the upstream gave no value, when it was asked for one */
export const lookupAttributes = (
  cache: string,
  result: string,
  failure: UpstreamFailure | undefined,
): Attributes => ({
  'app.cache.name': cache,
  'app.cache.result': result,
  ...(failure && { 'error.type': failure.kind }),
});
