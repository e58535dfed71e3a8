// The log lines about requests: failures always, every request when ACCESS_LOG is true.
import type { Logger } from '../observability/log.ts';
import { createLogSampler } from '../observability/log-sampler.ts';
import { traceFields } from '../observability/trace.ts';
import type { RequestContext } from './request-context.ts';

/** Limit on log lines about failures, per second and route: in an outage, every request would write one. */
const MAX_LINES = 10;

/** A request that is over. Nothing in it comes from the client as it is. */
export interface Answered {
  readonly method: string;
  /** The status code, or `client_left`. */
  readonly status: string;
  readonly seconds: number;
}

/** The ids that follow a request through the services. */
export const idsOf = ({ requestId, traceparent }: RequestContext) => ({
  requestId,
  ...traceFields(traceparent),
});

/** @param everyRequest whether a line for each request is written at `info` */
export function requestLog(log: Logger, everyRequest: boolean) {
  const sample = createLogSampler(MAX_LINES);
  return (context: RequestContext, statusCode: number, answered: Answered): void => {
    const { route, failure: cause } = context;
    const { method, status, seconds } = answered;
    const failed = statusCode >= 500 && route !== 'shed';
    // A 500 is a bug, so each one is logged.
    const suppressed = !failed ? undefined : statusCode === 500 ? 0 : sample(route);
    const level = suppressed === undefined ? 'debug' : 'warn';
    if (log.isLevelEnabled(level)) {
      const line = { ...idsOf(context), method, route, status, ms: Math.round(seconds * 1000) };
      log[level](
        { ...line, ...(failed && { cause }), ...(suppressed && { leftOut: suppressed }) },
        'answered',
      );
    }
    if (everyRequest && log.isLevelEnabled('info'))
      log.info({ ...idsOf(context), ...standardFields(context, answered) }, 'request');
  };
}

/**
 * Names of OpenTelemetry's semantic conventions for HTTP servers
 * (https://opentelemetry.io/docs/specs/semconv/http/http-spans/); the duration is in seconds, as in its metric.
 */
const standardFields = (
  { route, failure }: RequestContext,
  { method, status, seconds }: Answered,
) => ({
  'http.request.method': method === 'other' ? '_OTHER' : method,
  'http.route': route,
  ...(status !== 'client_left' && { 'http.response.status_code': Number(status) }),
  'http.server.request.duration': Number(seconds.toFixed(4)),
  ...(!/^[1-4]/.test(status) && { 'error.type': failure ?? status }),
});
