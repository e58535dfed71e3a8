// What is measured of the relay.
import type { Metrics } from 'chassis/observability/metrics';

export interface RelayMetrics {
  /** This instance publishes now, from a position on. */
  started(position: number): void;
  published(events: number, position: number): void;
  failed(): void;
  /** It does not any more, for whatever reason. */
  stopped(): void;
  /** The position as the database has it; counts while another instance publishes. */
  observed(position: number): void;
}

export function relayMetrics(metrics: Metrics): RelayMetrics {
  const position = metrics.gauge(
    'identity_relay_position',
    'Everything in the log up to here is published',
    [],
  );
  const active = metrics.gauge(
    'identity_relay_active',
    'Whether this instance publishes the log; one at a time does',
    [],
  );
  const events = metrics.counter('identity_relay_events_total', 'Events that were published', []);
  const failures = metrics.counter(
    'identity_relay_failures_total',
    'Attempts to publish that failed',
    [],
  );
  let isActive = false;
  const activate = (is: boolean): void => {
    isActive = is;
    active.set(is ? 1 : 0);
  };
  return {
    started(at) {
      activate(true);
      position.set(at);
    },
    published(count, at) {
      events.inc(count);
      position.set(at);
    },
    failed: () => failures.inc(),
    stopped: () => activate(false),
    observed(at) {
      if (!isActive) position.set(at);
    },
  };
}
