// A circuit breaker, with the forced states that opossum lacks.
import { counted, makeCircuit, type BreakerSettings, type Circuit } from './circuit.ts';
import { UpstreamFailure, type UpstreamName } from './failure.ts';

export type { BreakerSettings };

/** `forced_*`: an operator's word, which holds until they say `auto`. */
export const breakerStates = [
  'closed',
  'open',
  'half_open',
  'forced_open',
  'forced_closed',
] as const;
export type BreakerState = (typeof breakerStates)[number];

/** An upstream's own, or that of what is asked of one aside. */
export type BreakerName = UpstreamName | 'social-copy';
export const breakerNames: readonly BreakerName[] = ['identity', 'social', 'social-copy'];

export interface BreakerOptions extends BreakerSettings {
  readonly name: BreakerName;
  readonly upstream: UpstreamName;
  readonly onTransition: (to: BreakerState) => void;
  readonly onRejected: () => void;
}

/** A breaker as an operator sees it. */
export interface BreakerReport {
  readonly name: BreakerName;
  readonly state: BreakerState;
  /** ISO 8601. */
  readonly since: string;
  readonly window: {
    readonly attempts: number;
    readonly successes: number;
    readonly failures: number;
  };
  readonly settings: BreakerSettings;
}

export interface Breaker {
  readonly name: BreakerName;
  readonly upstream: UpstreamName;
  readonly state: BreakerState;
  /** False while an attempt would surely be refused. */
  readonly available: boolean;
  /** The refusal that an attempt would meet now, counted as one; undefined when it may go out. */
  reject(): UpstreamFailure | undefined;
  fire<T>(attempt: () => Promise<T>): Promise<T>;
  force(mode: 'open' | 'close' | 'auto'): void;
  report(): BreakerReport;
  close(): void;
}

/** Closed again, it begins with an empty window: opossum would keep the failures from before, and open at the next one. */
export function createBreaker({
  name,
  upstream,
  onTransition,
  onRejected,
  ...settings
}: BreakerOptions): Breaker {
  // Made once: an open breaker must answer faster than a stack trace is written.
  const refusal = new UpstreamFailure(upstream, 'open', {
    retryAfterS: Math.ceil(settings.resetMs / 1000),
  });
  let forced: 'open' | 'close' | undefined;
  let last: BreakerState = 'closed';
  let since = new Date();

  const renew = (): void => {
    const old = circuit;
    circuit = open();
    // Not at once: it is in the midst of telling that it closed.
    setImmediate(() => old.shutdown());
  };
  const open = (): Circuit => {
    const made = makeCircuit(settings);
    made.on('open', changed);
    made.on('halfOpen', changed);
    made.on('close', () => {
      renew();
      changed();
    });
    return made;
  };
  const state = (): BreakerState => {
    if (forced !== undefined) return forced === 'open' ? 'forced_open' : 'forced_closed';
    if (circuit.halfOpen) return 'half_open';
    return circuit.opened ? 'open' : 'closed';
  };
  const changed = (): void => {
    if (state() === last) return;
    last = state();
    since = new Date();
    onTransition(last);
  };
  const available = (): boolean => {
    if (forced !== undefined) return forced === 'close';
    // Half-open, `pendingClose` is true until the one probe has left.
    return circuit.closed || circuit.pendingClose;
  };
  let circuit = open();

  return {
    name,
    upstream,
    get state() {
      return state();
    },
    get available() {
      return available();
    },
    reject() {
      if (available()) return undefined;
      onRejected();
      return refusal;
    },
    fire: (attempt) => {
      if (forced === 'close') return attempt();
      const firedBy = circuit;
      const isProbe = firedBy.halfOpen;
      // What an attempt from before it opened brings later is no word about the probe.
      return counted(firedBy, attempt, () => isProbe || (firedBy === circuit && firedBy.closed));
    },
    force(mode) {
      const before = forced;
      forced = mode === 'auto' ? undefined : mode;
      // What was counted before or meanwhile is no ground to open at once.
      if (mode === 'auto' && before !== undefined) renew();
      changed();
    },
    report() {
      const { fires, successes, failures } = circuit.stats;
      return {
        name,
        state: state(),
        since: since.toISOString(),
        window: { attempts: fires, successes, failures },
        settings,
      };
    },
    close: () => circuit.shutdown(),
  };
}
