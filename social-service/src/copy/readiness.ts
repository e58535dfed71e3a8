// When the copy is good enough to be served from.
import type { Copy } from './store.ts';

export interface Conditions {
  readonly copy: Pick<Copy, 'state'>;
  /** Whether the end of the log was reached, as it was at the start. */
  readonly caughtUp: () => boolean;
  /** Whether the log cannot be had now. */
  readonly failing: () => boolean;
}

/**
 * Ready once the copy has caught up with the log, and from then on. Earlier while the copy before the one that is being
 * made is served, and when the log cannot be had: then what is there is served, unless there is nothing.
 */
export function copyReadiness({ copy, caughtUp, failing }: Conditions) {
  let ready = false;
  return async (): Promise<string | undefined> => {
    ready ||= caughtUp();
    if (!ready) {
      const { position, rebuilding } = await copy.state();
      ready = rebuilding || (failing() && position > 0);
    }
    if (ready) return undefined;
    return failing()
      ? 'There is no copy of the users yet, and their log cannot be had'
      : 'The copy of the users has not caught up with their log yet';
  };
}
