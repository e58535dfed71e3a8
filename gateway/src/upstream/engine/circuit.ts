// opossum, as a breaker uses it. The only file that knows it.
import CircuitBreaker from 'opossum';
import { UpstreamFailure } from './failure.ts';

type Attempt = () => Promise<unknown>;
export type Circuit = CircuitBreaker<[Attempt]>;

export interface BreakerSettings {
  /** Of the attempts in the window, as a percentage. */
  readonly errorPercent: number;
  /** Attempts in the window before it may open. */
  readonly volume: number;
  readonly resetMs: number;
  readonly windowMs: number;
}

/** No timeout: the deadline layer is inside. No snapshots and percentiles: they cost milliseconds. */
export const makeCircuit = ({
  errorPercent,
  volume,
  resetMs,
  windowMs,
}: BreakerSettings): Circuit =>
  new CircuitBreaker<[Attempt]>((attempt) => attempt(), {
    timeout: false,
    // opossum opens above its threshold, we at ours.
    errorThresholdPercentage: errorPercent - 0.001,
    volumeThreshold: volume,
    rollingCountTimeout: windowMs,
    resetTimeout: resetMs,
    rollingPercentilesEnabled: false,
    enableSnapshots: false,
    // A bug of ours says nothing about the upstream, and neither does an answer that was only not wanted.
    errorFilter: (error: unknown) => !(error instanceof UpstreamFailure && error.descriptor.trips),
  });

/**
 * Fires an attempt and gives back its own outcome. The circuit hears of it only while `counts` says so, and never of a
 * caller that left: opossum knows no third outcome, so what is neither success nor failure stays pending for it.
 */
export function counted<T>(
  circuit: Circuit,
  attempt: () => Promise<T>,
  counts: () => boolean,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const told = (): Promise<void> => {
      const outcome = attempt();
      outcome.then(resolve, reject);
      return new Promise((succeed, fail) => {
        outcome.then(
          () => counts() && succeed(),
          (error: Error) => counts() && !hasLeft(error) && fail(error),
        );
      });
    };
    circuit.fire(told).catch(reject);
  });
}

const hasLeft = (error: unknown): boolean =>
  error instanceof UpstreamFailure && error.kind === 'left';
