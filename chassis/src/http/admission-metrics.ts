// The metrics of an admission.
import type { Metrics } from '../observability/metrics.ts';

/**
 * Why a request was refused: `maxInFlight` was reached, it waited for too long, or its connection was closed unread, because
 * too many waited.
 */
export type ShedReason = 'ceiling' | 'waited' | 'connection';

const WAIT_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25];

/** Makes the metrics. @param read the values of the gauges */
export function admissionMetrics(
  metrics: Metrics,
  read: { readonly inFlight: () => number; readonly limit: () => number },
) {
  metrics.gauge(
    'http_requests_in_flight',
    'Requests that are worked on; not those whose clients still send the body or read the answer.',
    [],
    (gauge) => gauge.set(read.inFlight()),
  );
  metrics.gauge(
    'http_requests_limit',
    'Current limit on requests in flight; MAX_IN_FLIGHT while the process is not behind.',
    [],
    (gauge) => gauge.set(read.limit()),
  );
  const shedBy = metrics.tally(
    'http_requests_shed_total',
    'Requests that were refused because of overload, by the reason.',
    ['reason'],
  );
  const tallies = {
    ceiling: shedBy({ reason: 'ceiling' }),
    waited: shedBy({ reason: 'waited' }),
    connection: shedBy({ reason: 'connection' }),
  };
  const waits = metrics.histogram(
    'http_admission_wait_seconds',
    'How long requests had waited when they were admitted; only those that had to wait.',
    [],
    WAIT_BUCKETS,
  );
  return {
    shed(reason: ShedReason) {
      tallies[reason].count += 1;
    },
    waited: (ms: number) => waits.observe(ms / 1000),
  };
}
