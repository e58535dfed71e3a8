// The edge, which every request passes before the app: limits the requests in flight, and measures requests.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { sendProblem } from './answer.ts';
import { type InFlight, type RequestContext, requestContextOf } from './request-context.ts';
import type { Logger } from '../observability/log.ts';
import { DURATION_BUCKETS, type Metrics } from '../observability/metrics.ts';
import { type HeaderFields, Problem } from './problem.ts';
import { requestLog } from './request-log.ts';
import { runIn, type Tracing } from '../observability/span.ts';

export interface EdgeOptions {
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Records a span for each request. */
  readonly tracing?: Tracing | undefined;
  /** Limit on requests in flight; further requests are refused before any work. No limit when left out. */
  readonly maxInFlight?: number;
  readonly onOverload?: () => void;
  /** Whether each request writes a line at `info`. */
  readonly accessLog?: boolean;
  /** Compresses the answers to clients that accept it; not between services, which are near each other. */
  readonly compresses?: boolean;
  /** Headers of every answer to this request, refusals included. */
  readonly headersOf?: (req: IncomingMessage) => HeaderFields;
}

const METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE']);
// Shared by all refusals: an overloaded process has no time to build stack traces.
const overloaded = new Problem('overloaded', 'The service has too many requests now; try again', {
  headers: { 'Retry-After': '1' },
});

/** Wraps an app: limits its requests in flight, and measures requests by method, route template and status. */
export function edge(
  app: RequestListener,
  {
    metrics,
    log,
    tracing,
    maxInFlight = Infinity,
    onOverload,
    accessLog = false,
    compresses = false,
    headersOf,
  }: EdgeOptions,
): RequestListener {
  let inFlight = 0;
  const logAnswer = requestLog(log, accessLog);
  const duration = metrics.histogram(
    'http_request_duration_seconds',
    'Time from the arrival of a request to the end of its answer.',
    ['method', 'route', 'status'],
    DURATION_BUCKETS,
  );
  metrics.gauge(
    'http_requests_in_flight',
    'Requests that are worked on; not those whose clients still send the body or read the answer.',
    [],
    (gauge) => gauge.set(inFlight),
  );
  if (maxInFlight !== Infinity)
    metrics
      .gauge('http_requests_in_flight_max', 'Limit on the requests in flight: MAX_IN_FLIGHT.', [])
      .set(maxInFlight);

  const countOf = (context: RequestContext, res: ServerResponse): InFlight => {
    let counts = false;
    return {
      begin() {
        if (res.closed) return;
        if (inFlight >= maxInFlight) {
          context.route = 'shed';
          onOverload?.();
          throw overloaded;
        }
        counts = true;
        inFlight += 1;
      },
      end() {
        if (counts) inFlight -= 1;
        counts = false;
      },
    };
  };

  const finish = (req: IncomingMessage, res: ServerResponse): void => {
    const context = requestContextOf(req);
    context.inFlight?.end();
    if (!res.writableFinished) context.onDisconnect?.();
    const seconds = (performance.now() - context.startedAt) / 1000;
    const method = METHODS.has(req.method ?? '') ? req.method! : 'other';
    const status = res.writableFinished ? String(res.statusCode) : 'client_left';
    // How long a stream lasted says nothing about how fast the service is.
    if (context.isStream !== true)
      duration.observe({ method, route: context.route, status }, seconds);
    endSpan(context, method, status);
    logAnswer(context, res.statusCode, { method, status, seconds });
  };

  return (req, res) => {
    const context = requestContextOf(req, tracing);
    context.compresses = compresses;
    if (headersOf !== undefined) context.headers = headersOf(req);
    res.once('close', () => finish(req, res));
    context.inFlight = countOf(context, res);
    try {
      context.inFlight.begin();
    } catch (error) {
      if (error !== overloaded) throw error;
      sendProblem(req, res, overloaded);
      return;
    }
    runIn(context.span, () => app(req, res));
  };
}

/** @param status the status code, or `client_left` */
function endSpan({ span, route }: RequestContext, method: string, status: string): void {
  if (span === undefined) return;
  // Never the address itself: it may hold what a client sent.
  const hasRoute = route.startsWith('/');
  span.rename(hasRoute ? `${method} ${route}` : method);
  span.set({ 'http.request.method': method === 'other' ? '_OTHER' : method, 'url.scheme': 'http' });
  if (hasRoute) span.set({ 'http.route': route });
  if (status !== 'client_left') span.set({ 'http.response.status_code': Number(status) });
  span.end(/^[1-4]/.test(status) ? undefined : status);
}
