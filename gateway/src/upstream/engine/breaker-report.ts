// A breaker as operators see it: its names, its states, its report.
import type { BreakerSettings } from './circuit.ts';
import type { FailureKind, UpstreamName } from './failure.ts';

/** An operator sets the `forced_*` states; they last until the operator sets `auto`. */
export const breakerStates = [
  'closed',
  'open',
  'half_open',
  'forced_open',
  'forced_closed',
] as const;
export type BreakerState = (typeof breakerStates)[number];

/** The breaker of an upstream, or of an isolated client of an upstream. */
export type BreakerName = UpstreamName | 'social-copy';
export const breakerNames: readonly BreakerName[] = ['identity', 'social', 'social-copy'];

/** A breaker as an operator sees it. */
export interface BreakerReport {
  readonly name: BreakerName;
  readonly state: BreakerState;
  /** When this state began, as ISO 8601. */
  readonly since: string;
  readonly window: Readonly<Record<'attempts' | 'successes' | 'failures', number>>;
  /** The kind of the newest failure that was counted since the start, and when that was, as ISO 8601. */
  readonly lastFailure: FailureKind | undefined;
  readonly lastFailureAt?: string | undefined;
  /** Probes since it opened. They are in `window`, too. */
  readonly probes: number;
  /** While it is open: when the next attempt becomes a probe, as ISO 8601. */
  readonly probeAt?: string | undefined;
  readonly settings: BreakerSettings;
}
