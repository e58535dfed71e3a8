// When the copy is good enough to be served from.
import type { Replica } from './store.ts';

export interface Conditions {
  readonly replica: Pick<Replica, 'state'>;
  /** Whether the end of the log was reached, as it was at the start. */
  readonly caughtUp: () => boolean;
  /** Whether the log cannot be had now. */
  readonly failing: () => boolean;
}

/**
 * Ready once the copy has caught up with the log, and from then on. Earlier when a whole one is served and it is no use to
 * wait: while the next one is being made, and when the log cannot be had.
 */
export function replicaReadiness({ replica, caughtUp, failing }: Conditions) {
  let ready = false;
  return async (): Promise<string | undefined> => {
    ready ||= caughtUp();
    if (!ready) {
      const { whole, rebuilding, lost } = await replica.state();
      ready = whole && (rebuilding || lost || failing());
    }
    if (ready) return undefined;
    return failing()
      ? 'There is no whole copy of the users yet, and their log cannot be had'
      : 'The copy of the users has not caught up with their log yet';
  };
}
