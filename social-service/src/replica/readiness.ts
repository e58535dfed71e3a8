// Readiness: whether the replica may be served.
import type { ConsumerStatus } from 'chassis/events/consumer';
import type { Replica } from './store.ts';

export interface ReadinessConditions {
  readonly replica: Pick<Replica, 'state'>;
  /** Whether the consumer has reached the end of the log as it was at the start. */
  readonly caughtUp: () => boolean;
  /** Whether the log is unavailable now. */
  readonly failing: () => boolean;
}

/**
 * Returns a check that says why the service is not ready; undefined when it is. The service becomes ready, for good, when the
 * replica has caught up with the log. If a complete generation is served and waiting would not help, it is ready earlier:
 * during a rebuild, after the log has lost events, and while the log is unavailable.
 */
export function replicaReadiness({ replica, caughtUp, failing }: ReadinessConditions) {
  let ready = false;
  return async (): Promise<string | undefined> => {
    ready ||= caughtUp();
    if (!ready) {
      const { whole, rebuilding, lost } = await replica.state();
      ready = whole && (rebuilding || lost || failing());
    }
    if (ready) return undefined;
    return failing()
      ? 'The replica of the users is not complete yet, and the user event log is unavailable'
      : 'The replica of the users has not caught up with the user event log yet';
  };
}

/** Returns what an operator should know of a replica that is served; undefined when there is nothing. */
export function replicaNotice({
  state,
  otherEpoch,
}: Pick<ConsumerStatus, 'state' | 'otherEpoch'>): string | undefined {
  if (state === 'lost')
    return 'The user event log ends before the offset of the replica. Names are as old as that; see docs/failover.md';
  if (state === 'other_epoch')
    return `The user event log has another history, epoch ${otherEpoch}. Names are as old as that; see docs/failover.md`;
  return undefined;
}
