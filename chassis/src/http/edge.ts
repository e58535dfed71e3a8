// The edge, which every request passes before the app: asks for its admission, and measures it.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { sendProblem } from './answer.ts';
import type { Admission } from './admission.ts';
import { type RequestContext, requestContextOf } from './request-context.ts';
import type { Logger } from '../observability/log.ts';
import { DURATION_BUCKETS, type Metrics } from '../observability/metrics.ts';
import type { HeaderFields } from './problem.ts';
import { requestLog } from './request-log.ts';
import { runIn, type Tracing } from '../observability/span.ts';

export interface EdgeOptions {
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Records a span for each request. */
  readonly tracing?: Tracing | undefined;
  /** Refuses requests before any work while there are too many. */
  readonly admission: Admission;
  /** Whether each request writes a line at `info`. */
  readonly accessLog?: boolean;
  /** Compresses the answers to clients that accept it; not between services, which are near each other. */
  readonly compresses?: boolean;
  /** Headers of every answer to this request, refusals included. */
  readonly headersOf?: (req: IncomingMessage) => HeaderFields;
}

const METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE']);
/** Wraps an app: admits its requests, and measures them by method, route template and status. */
export function edge(
  app: RequestListener,
  {
    metrics,
    log,
    tracing,
    admission,
    accessLog = false,
    compresses = false,
    headersOf,
  }: EdgeOptions,
): RequestListener {
  const logAnswer = requestLog(log, accessLog);
  const duration = metrics.histogram(
    'http_request_duration_seconds',
    'Time from the arrival of a request to the end of its answer.',
    ['method', 'route', 'status'],
    DURATION_BUCKETS,
  );
  // An unread request is a failure, too, for alerts and objectives.
  admission.onConnectionClosed(() =>
    duration.observe({ method: 'other', route: 'shed', status: '503' }, 0),
  );

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
    admission.enter({
      res,
      start(own) {
        context.inFlight = own;
        runIn(context.span, () => app(req, res));
      },
      refuse(problem) {
        context.route = 'shed';
        sendProblem(req, res, problem);
      },
    });
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
