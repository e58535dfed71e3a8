// Adapts opossum to what a breaker needs. The only file that knows opossum.
import CircuitBreaker from 'opossum';
import { type FailureKind, UpstreamFailure } from './failure.ts';

type Attempt = () => Promise<unknown>;
export type Circuit = CircuitBreaker<[Attempt]>;

export interface BreakerSettings {
  /** Failed attempts in the window, in percent, at which the breaker opens. */
  readonly errorPercent: number;
  /** The fewest attempts in the window at which the breaker may open. */
  readonly volume: number;
  /** How long the breaker stays open before it lets a probe through. */
  readonly resetMs: number;
  readonly windowMs: number;
}

/** An upstream that asks for a longer wait gets a probe all the same: it may be back early, and a probe costs little. */
const MAX_OPEN_MS = 120_000;

/**
 * Stays open for `resetMs`, or as long as a failure asked with Retry-After; `onFailure` gets the time of the next probe, in
 * milliseconds on performance.now()'s clock. No timeout: the deadline layer is inside. No snapshots and percentiles:
 * they cost milliseconds.
 */
export function createCircuit(
  { errorPercent, volume, resetMs, windowMs }: BreakerSettings,
  onFailure: (probeAt: number, kind: FailureKind | undefined) => void,
): Circuit {
  const options = {
    timeout: false as const,
    // opossum opens above the threshold, we open at the threshold.
    errorThresholdPercentage: errorPercent - 0.001,
    volumeThreshold: volume,
    rollingCountTimeout: windowMs,
    resetTimeout: resetMs,
    rollingPercentilesEnabled: false,
    enableSnapshots: false,
    // A bug of ours says nothing about the upstream, nor does a 4xx.
    errorFilter: (error: unknown) => !(error instanceof UpstreamFailure && error.descriptor.trips),
  };
  const circuit = new CircuitBreaker<[Attempt]>((attempt) => attempt(), options);
  let notBefore = 0;
  // opossum emits it before it decides to open, and reads the option when it opens.
  circuit.on('failure', (error) => {
    const now = performance.now();
    const retryAfterS =
      error instanceof UpstreamFailure && error.hasRetryAfter ? error.retryAfterS : 0;
    notBefore = Math.max(notBefore, now + Math.min(MAX_OPEN_MS, retryAfterS * 1000));
    options.resetTimeout = Math.max(resetMs, notBefore - now);
    onFailure(
      now + options.resetTimeout,
      error instanceof UpstreamFailure ? error.kind : undefined,
    );
  });
  return circuit;
}

/**
 * Fires an attempt and returns its result. The circuit learns the outcome only while `isCurrent` returns true, a failure
 * only when `shouldCount` returns true, and nothing when the caller was cancelled. opossum knows only success and failure, so an attempt that does not count stays
 * pending for opossum.
 */
export function fireCounted<T>(
  circuit: Circuit,
  attempt: () => Promise<T>,
  isCurrent: () => boolean,
  shouldCount: (error: unknown) => boolean,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const reported = (): Promise<void> => {
      const result = attempt();
      result.then(resolve, reject);
      return new Promise((succeed, fail) => {
        result.then(
          () => isCurrent() && succeed(),
          (error: Error) => isCurrent() && !isCancelled(error) && shouldCount(error) && fail(error),
        );
      });
    };
    circuit.fire(reported).catch(reject);
  });
}

const isCancelled = (error: unknown): boolean =>
  error instanceof UpstreamFailure && error.kind === 'left';
