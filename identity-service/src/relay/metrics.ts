// Metrics of the relay.
import type { Metrics } from 'chassis/observability/metrics';

export interface RelayMetrics {
  /** This instance starts to publish after `offset`. */
  started(offset: number): void;
  /** Events up to `offset` were published. */
  published(events: number, offset: number): void;
  failed(): void;
  /** This instance no longer publishes. */
  stopped(): void;
  /** The published offset as stored in the database; used only while another instance publishes. */
  observed(offset: number): void;
}

export function relayMetrics(metrics: Metrics): RelayMetrics {
  const offset = metrics.gauge(
    'identity_relay_position',
    'Offset up to which the user event log is published',
    [],
  );
  const active = metrics.gauge(
    'identity_relay_active',
    '1 if this instance publishes the user event log; one instance at a time does',
    [],
  );
  const events = metrics.counter('identity_relay_events_total', 'Published user events', []);
  const failures = metrics.counter(
    'identity_relay_failures_total',
    'Failed attempts to publish user events',
    [],
  );
  let isActive = false;
  const setActive = (value: boolean): void => {
    isActive = value;
    active.set(value ? 1 : 0);
  };
  return {
    started(from) {
      setActive(true);
      offset.set(from);
    },
    published(count, upTo) {
      events.inc(count);
      offset.set(upTo);
    },
    failed: () => failures.inc(),
    stopped: () => setActive(false),
    observed(stored) {
      if (!isActive) offset.set(stored);
    },
  };
}
