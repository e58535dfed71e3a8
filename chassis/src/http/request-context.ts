// The context of a request while it is served: ids, times, route template, headers of the answer.
import { IncomingMessage, ServerResponse, type ServerOptions } from 'node:http';
import type { Express } from 'express';
import type { HeaderFields } from './problem.ts';
import type { Tracing } from '../observability/span.ts';
import { requestIdFrom, traceContextFrom, type TraceContext } from '../observability/trace.ts';

/** Whether a request counts as in flight: not while its client sends the body, and not while it reads the answer. */
export interface InFlight {
  /** @throws Problem 503 when too many requests are in flight */
  begin(): void;
  /** May be called again. */
  end(): void;
}

/** Lives as long as the request. */
export interface RequestContext extends TraceContext {
  readonly requestId: string;
  /** performance.now() at the request's arrival, in milliseconds. */
  readonly startedAt: number;
  /** performance.now() at the end of the request's body, in milliseconds; undefined when no body was read. */
  bodyReadAt?: number;
  /** Template of the route that answers, such as /api/posts/:id; 'none' until a route is found. */
  route: string;
  /** Headers of any answer to this request, problems included: for example, the cookies of a refreshed session. */
  headers?: HeaderFields;
  /** Whether the answer may be compressed; set by the edge. */
  compresses?: boolean;
  /** Why the answer is a 5xx, in words of a closed set; for the log. */
  failure?: string;
  /** Counts this request among those in flight while there is work for it; set by the edge. */
  inFlight?: InFlight;
  /** Whether the answer is an endless stream. */
  isStream?: boolean;
  /** Called once when the client disconnects before its answer is sent. */
  onDisconnect?: () => void;
}

const CONTEXT = Symbol('context');
type WithContext = IncomingMessage & { [CONTEXT]?: RequestContext };

/** Returns the context of a request; the first call creates it. @param tracing records the request's span */
export function requestContextOf(req: IncomingMessage, tracing?: Tracing): RequestContext {
  const holder = req as WithContext;
  return (holder[CONTEXT] ??= {
    requestId: requestIdFrom(req.headers['x-request-id']),
    ...traceContextFrom(req.headers, tracing),
    startedAt: performance.now(),
    route: 'none',
  });
}

/** Returns a function that sets the request's `onDisconnect`; that one returns a function that removes it. */
export const onDisconnectOf =
  (req: IncomingMessage) =>
  (listener: () => void): (() => void) => {
    const context = requestContextOf(req);
    context.onDisconnect = listener;
    return () => void delete context.onDisconnect;
  };

/** The classes of requests and responses that Node creates for an app. */
export type MessageClasses = Pick<ServerOptions, 'IncomingMessage' | 'ServerResponse'>;

/**
 * Makes classes whose instances already have the prototypes that Express would set on each request and response.
 * Changing it later would discard V8's optimizations: a sixth of the cost of a small request.
 */
export function messageClassesOf(app: Express): MessageClasses {
  class AppRequest extends IncomingMessage {}
  class AppResponse extends ServerResponse {}
  Object.setPrototypeOf(AppRequest.prototype, app.request);
  Object.setPrototypeOf(AppResponse.prototype, app.response);
  app.request = AppRequest.prototype as unknown as typeof app.request;
  app.response = AppResponse.prototype as unknown as typeof app.response;
  return { IncomingMessage: AppRequest, ServerResponse: AppResponse as typeof ServerResponse };
}
