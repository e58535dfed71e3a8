// Keys whose own requests fail while the upstream works: a post that makes Social answer 500, for example. Such a key is
// rejected by itself for a moment, so that its failures neither open the breaker for all other keys nor spoil a batch.
import type { Breaker } from './breaker.ts';
import { UpstreamFailure, type FailureKind, type UpstreamName } from './failure.ts';

/** Failures that may follow from what was requested. The others, such as a refused connection, are about the upstream. */
export const MAY_DEPEND_ON_REQUEST: ReadonlySet<FailureKind> = new Set([
  'timeout',
  'terminated',
  'incomplete',
  'too-large',
  'headers-too-large',
  'protocol',
  'encoding',
  'nonsense',
  'server-error',
]);

/** The first quarantine, and the longest, as parts of the time that the breaker stays open. */
const FIRST = 0.2;
const LONGEST = 6;
/** The oldest suspects are forgotten beyond this number. */
const MAX_SUSPECTS = 1_000;

export interface QuarantineOptions {
  readonly upstream: UpstreamName;
  readonly breaker: Pick<Breaker, 'state' | 'resetMs'>;
  /** Milliseconds; tests bring their own clock. */
  readonly now?: () => number;
}

export interface Quarantine<K> {
  /** The failure that rejects a request for this key now; undefined when it may be sent. */
  rejection(key: K): UpstreamFailure | undefined;
  /** Whether the next request for this key is a trial, which the breaker does not count: the last one failed. */
  needsTrial(key: K): boolean;
  /** Notes the outcome of a request for this key alone. */
  failed(key: K, error: unknown): void;
  succeeded(key: K): void;
}

interface Suspect {
  readonly failures: number;
  readonly until: number;
  readonly rejection: UpstreamFailure;
}

/**
 * The time is a fifth of the time that the breaker stays open after the second failure in a row, 1 s by default. It doubles
 * with each further one, up to 30 s by default. A key that failed before is not the probe of a half-open breaker, unless no
 * other request came for the first of these times.
 */
export function createQuarantine<K>({
  upstream,
  breaker,
  now = () => performance.now(),
}: QuarantineOptions): Quarantine<K> {
  const [firstMs, longestMs] = [breaker.resetMs * FIRST, breaker.resetMs * LONGEST];
  const suspects = new Map<K, Suspect>();
  /** When the breaker was first seen half-open; undefined while it is not. */
  let halfOpenSince: number | undefined;

  const isReservedForOthers = (): boolean => {
    if (breaker.state !== 'half_open') {
      halfOpenSince = undefined;
      return false;
    }
    halfOpenSince ??= now();
    return now() < halfOpenSince + firstMs;
  };

  return {
    rejection(key) {
      const suspect = suspects.get(key);
      if (suspect === undefined) return undefined;
      return now() < suspect.until || isReservedForOthers() ? suspect.rejection : undefined;
    },
    // While the breaker is half-open, there are no trials, only its probe.
    needsTrial: (key) => suspects.has(key) && breaker.state !== 'half_open',
    failed(key, error) {
      if (!(error instanceof UpstreamFailure) || !MAY_DEPEND_ON_REQUEST.has(error.kind)) return;
      const failures = (suspects.get(key)?.failures ?? 0) + 1;
      // One failure may have been chance: the next request shows.
      const ms = failures === 1 ? 0 : Math.min(longestMs, firstMs * 2 ** (failures - 2));
      // Deleted first, so that the map stays in the order of the last failures.
      suspects.delete(key);
      suspects.set(key, {
        failures,
        until: now() + ms,
        rejection: new UpstreamFailure(upstream, 'quarantined', {
          retryAfterS: Math.max(1, Math.ceil(ms / 1000)),
        }),
      });
      for (const oldest of suspects.keys()) {
        if (suspects.size <= MAX_SUSPECTS) break;
        suspects.delete(oldest);
      }
    },
    succeeded(key) {
      suspects.delete(key);
    },
  };
}
