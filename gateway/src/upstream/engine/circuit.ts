// Adapts opossum to what a breaker needs. The only file that knows opossum.
import CircuitBreaker from 'opossum';
import { UpstreamFailure } from './failure.ts';

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

/** No timeout: the deadline layer is inside. No snapshots and percentiles: they cost milliseconds. */
export const createCircuit = ({
  errorPercent,
  volume,
  resetMs,
  windowMs,
}: BreakerSettings): Circuit =>
  new CircuitBreaker<[Attempt]>((attempt) => attempt(), {
    timeout: false,
    // opossum opens above the threshold, we open at the threshold.
    errorThresholdPercentage: errorPercent - 0.001,
    volumeThreshold: volume,
    rollingCountTimeout: windowMs,
    resetTimeout: resetMs,
    rollingPercentilesEnabled: false,
    enableSnapshots: false,
    // A bug of ours says nothing about the upstream, nor does a 4xx.
    errorFilter: (error: unknown) => !(error instanceof UpstreamFailure && error.descriptor.trips),
  });

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
