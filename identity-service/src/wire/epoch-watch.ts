// Watches the epochs of the user event log.
import type { Logger } from 'chassis/observability/log';
import type { Metrics } from 'chassis/observability/metrics';
import type { EventReader } from '../events/event-reader.ts';

/** Returns a check that begins a new epoch when the database has another history, and reports it. */
export function createEpochWatch(
  { log, metrics }: { readonly log: Logger; readonly metrics: Metrics },
  reader: Pick<EventReader, 'epochs'>,
) {
  const gauge = metrics.gauge('identity_log_epochs', 'Number of epochs of the user event log', []);
  let current: string | undefined;
  return async (): Promise<void> => {
    const { epochs, number } = await reader.epochs();
    const { id: epoch, beganAfter } = epochs.at(-1)!;
    gauge.set(number);
    if (current !== undefined && current !== epoch)
      log.warn(
        { epoch, beganAfter, number },
        'the database has another history, so a new epoch of the user event log has begun; see docs/failover.md',
      );
    else if (current === undefined) log.info({ epoch, beganAfter, number }, 'epoch of the log');
    current = epoch;
  };
}
