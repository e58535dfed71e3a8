// What the log says about breakers: the opening with its cause, a reminder from time to time, and the closing. While an upstream
// is down, a breaker lets a probe through every few seconds; a line for each would hide everything else.
import type { Logger } from 'chassis/observability/log';
import type { BreakerName, BreakerReport } from './upstream/engine/breaker.ts';

/** How often the log says that a breaker is still open. */
const REMINDER_MS = 10 * 60_000;

/** @param now a clock in milliseconds */
export function breakerLog(log: Logger, now: () => number = () => performance.now()) {
  const open = new Map<BreakerName, { readonly since: number; loggedAt: number }>();
  return ({ name: upstream, state, window, lastFailure: cause }: BreakerReport): void => {
    if (state === 'half_open') return;
    const opened = open.get(upstream);
    const at = now();
    const openMs = opened && Math.round(at - opened.since);
    if (state !== 'open') {
      open.delete(upstream);
      const isOver = state === 'closed' && opened !== undefined;
      if (isOver) log.warn({ upstream, state, openMs }, 'breaker closed: the upstream is back');
      else log.warn({ upstream, state }, 'breaker switched by an operator');
    } else if (opened === undefined) {
      open.set(upstream, { since: at, loggedAt: at });
      log.warn({ upstream, state, cause, ...window }, 'breaker opened: nearly all attempts fail');
    } else if (at - opened.loggedAt >= REMINDER_MS) {
      opened.loggedAt = at;
      log.warn({ upstream, state, openMs, cause }, 'breaker is still open');
    }
  };
}
