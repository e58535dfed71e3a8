// One request and its answer, as everything around the route sees it: ids, start, route template.
import type { IncomingMessage } from 'node:http';
import type { HeaderFields } from './problem.ts';
import { requestIdFrom, traceparentFrom } from '../observability/trace.ts';

/** Lives as long as the request. */
export interface RequestContext {
  readonly requestId: string;
  readonly traceparent: string;
  /** performance.now() at the request's arrival, in milliseconds. */
  readonly startedAt: number;
  /** The same at the end of the request's body; undefined when no body was read. */
  bodyReadAt?: number;
  /** The template of the route that answers, such as /api/posts/:id; 'none' while no route is found. */
  route: string;
  /** What every answer to this request carries, be it a problem: a renewed session's cookies, for one. */
  headers?: HeaderFields;
  /** Why the answer is a 5xx, in words of a closed set; for the log. */
  failure?: string;
  /** Called once, when the client leaves before its answer is sent. */
  onDisconnect?: () => void;
}

const EXCHANGE = Symbol('context');
type WithExchange = IncomingMessage & { [EXCHANGE]?: RequestContext };

/** The exchange of a request; made at the first call. */
export function requestContextOf(req: IncomingMessage): RequestContext {
  const carrier = req as WithExchange;
  return (carrier[EXCHANGE] ??= {
    requestId: requestIdFrom(req.headers['x-request-id']),
    traceparent: traceparentFrom(req.headers['traceparent']),
    startedAt: performance.now(),
    route: 'none',
  });
}
