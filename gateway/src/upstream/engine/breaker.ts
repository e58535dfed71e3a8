// A circuit breaker; adds forced states to opossum.
import type { BreakerName, BreakerReport, BreakerState } from './breaker-report.ts';
import { createCircuit, fireCounted, type BreakerSettings, type Circuit } from './circuit.ts';
import { type FailureKind, UpstreamFailure, type UpstreamName } from './failure.ts';

export type { BreakerSettings };

export {
  breakerNames,
  breakerStates,
  type BreakerName,
  type BreakerReport,
  type BreakerState,
} from './breaker-report.ts';

export interface BreakerOptions extends BreakerSettings {
  readonly name: BreakerName;
  readonly upstream: UpstreamName;
  readonly onTransition: (to: BreakerState, report: BreakerReport) => void;
  readonly onRejected: () => void;
}

export interface Breaker {
  readonly name: BreakerName;
  readonly upstream: UpstreamName;
  readonly state: BreakerState;
  /** How long it stays open before it lets a probe through, unless the upstream asks for more. */
  readonly resetMs: number;
  /** False while the breaker would reject an attempt. */
  readonly available: boolean;
  /** The failure that rejects an attempt now, counted as a rejection; undefined when the attempt may be sent. */
  reject(): UpstreamFailure | undefined;
  /** Sends an attempt and counts its outcome. @param shouldCount whether a failure counts; a probe's always does */
  fire<T>(attempt: () => Promise<T>, shouldCount: (error: unknown) => boolean): Promise<T>;
  force(mode: 'open' | 'close' | 'auto'): void;
  report(): BreakerReport;
  close(): void;
}

/** Starts with an empty window after each closing. opossum would keep the old failures, and open at the next one. */
export function createBreaker({
  name,
  upstream,
  onTransition,
  onRejected,
  ...settings
}: BreakerOptions): Breaker {
  let rejection = new UpstreamFailure(upstream, 'open');
  // When the circuit lets a probe through, on performance.now()'s clock.
  let probeAt = 0;
  let forced: 'open' | 'close' | undefined;
  let lastState: BreakerState = 'closed';
  let since = new Date();
  let lastFailure: FailureKind | undefined;
  let lastFailureAt: Date | undefined;
  let probes = 0;

  const replaceCircuit = (): void => {
    const old = circuit;
    circuit = newCircuit();
    // Later, because the old circuit may be emitting its `close` event.
    setImmediate(() => old.shutdown());
  };
  const newCircuit = (): Circuit => {
    const created = createCircuit(settings, (at, kind) => {
      probeAt = at;
      lastFailure = kind;
      lastFailureAt = new Date();
    });
    created.on('open', changed).on('halfOpen', changed);
    created.on('close', () => {
      replaceCircuit();
      changed();
    });
    return created;
  };
  const state = (): BreakerState => {
    if (forced !== undefined) return forced === 'open' ? 'forced_open' : 'forced_closed';
    if (circuit.halfOpen) return 'half_open';
    return circuit.opened ? 'open' : 'closed';
  };
  const changed = (): void => {
    if (state() === lastState) return;
    if (lastState !== 'open' && lastState !== 'half_open') probes = 0;
    lastState = state();
    since = new Date();
    onTransition(lastState, report());
  };
  // While half-open, `pendingClose` is true until the probe is sent.
  const available = (): boolean =>
    forced === undefined ? circuit.closed || circuit.pendingClose : forced === 'close';
  const report = (): BreakerReport => {
    const { fires, successes, failures } = circuit.stats;
    const window = { attempts: fires, successes, failures };
    return {
      name,
      state: state(),
      since: since.toISOString(),
      window,
      lastFailure,
      lastFailureAt: lastFailureAt?.toISOString(),
      probes: circuit.closed ? 0 : probes,
      probeAt: state() === 'open' ? inMs(probeAt - performance.now()) : undefined,
      settings,
    };
  };
  let circuit = newCircuit();

  return {
    name,
    upstream,
    resetMs: settings.resetMs,
    get state() {
      return state();
    },
    get available() {
      return available();
    },
    reject() {
      if (available()) return undefined;
      onRejected();
      const waitMs = forced === 'open' ? settings.resetMs : probeAt - performance.now();
      const retryAfterS = Math.max(1, Math.ceil(waitMs / 1000));
      // One for each second: to capture a stack trace for each rejection would be too slow.
      if (rejection.retryAfterS !== retryAfterS)
        rejection = new UpstreamFailure(upstream, 'open', { retryAfterS });
      return rejection;
    },
    fire: (attempt, shouldCount) => {
      if (forced === 'close') return attempt();
      const firedBy = circuit;
      const isProbe = firedBy.halfOpen;
      if (isProbe) probes += 1;
      // An attempt from before the breaker opened says nothing about the probe.
      const isCurrent = (): boolean => isProbe || (firedBy === circuit && firedBy.closed);
      return fireCounted(firedBy, attempt, isCurrent, (error) => isProbe || shouldCount(error));
    },
    force(mode) {
      const before = forced;
      forced = mode === 'auto' ? undefined : mode;
      // An empty window, so that old counts cannot open the breaker at once.
      if (mode === 'auto' && before !== undefined) replaceCircuit();
      changed();
    },
    report,
    close: () => circuit.shutdown(),
  };
}

const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();
