// Counts and logs the connections that are closed because their clients break a limit.
import { cutOffReasons, type OnCutOff } from '../http/connections.ts';
import { requestContextOf } from '../http/request-context.ts';
import type { Logger } from '../observability/log.ts';
import { createLogSampler } from '../observability/log-sampler.ts';
import type { Metrics } from '../observability/metrics.ts';

/** Limit on log lines about closed connections, per second and reason. */
const MAX_LINES = 10;

/** Makes the listener for both listeners of a process. */
export function reportCutOffs(metrics: Metrics, log: Logger): OnCutOff {
  const sample = createLogSampler(MAX_LINES);
  const counter = metrics.counter(
    'http_connections_cut_off_total',
    'Connections that were closed because their clients broke a limit.',
    ['reason'],
  );
  for (const reason of cutOffReasons) counter.inc({ reason }, 0);
  return (reason, { req }) => {
    counter.inc({ reason });
    const suppressed = sample(reason);
    if (suppressed === undefined) return;
    const { requestId, route } = requestContextOf(req);
    const line = { reason, address: req.socket.remoteAddress, requestId, route };
    log.warn({ ...line, ...(suppressed > 0 && { leftOut: suppressed }) }, 'client cut off');
  };
}
