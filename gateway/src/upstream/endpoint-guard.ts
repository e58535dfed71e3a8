// An endpoint that fails while the others of its upstream work, such as a broken feed: its failures must not open the
// breaker for all. They are told apart by the successes of the other endpoints.
import type { Call } from './engine/call.ts';
import { UpstreamFailure } from './engine/failure.ts';
import { MAY_DEPEND_ON_REQUEST, type Quarantine } from './engine/quarantine.ts';

/** A success elsewhere is evidence that the upstream works for so long. */
const EVIDENCE_MS = 1_000;
/** After so many failures in a row, while the others work, the endpoint is quarantined. */
const QUARANTINED_AFTER = 5;

export interface EndpointGuard {
  /**
   * Whether the breaker counts a failed attempt: not when the endpoint failed before, too, and another endpoint of the
   * upstream has worked since.
   */
  shouldCount(endpoint: string, error: unknown): boolean;
  /** Sends requests by `counted`, through the breaker; after a quarantine by `trial`, past the breaker. */
  guard<Q, T>(endpoint: string, counted: Call<Q, T>, trial: Call<Q, T>): Call<Q, T>;
}

interface FailureRow {
  readonly since: number;
  readonly failures: number;
}

export interface EndpointGuardOptions {
  readonly quarantine: Quarantine<string>;
  readonly onQuarantined: () => void;
  /** Milliseconds; tests bring their own clock. */
  readonly now?: () => number;
}

/** One for each upstream. */
export function createEndpointGuard({
  quarantine,
  onQuarantined,
  now = () => performance.now(),
}: EndpointGuardOptions): EndpointGuard {
  const rows = new Map<string, FailureRow>();
  const lastSuccess = new Map<string, number>();

  const othersWork = (endpoint: string, since: number): boolean => {
    const from = Math.max(since, now() - EVIDENCE_MS);
    for (const [other, at] of lastSuccess) if (other !== endpoint && at >= from) return true;
    return false;
  };
  const succeeded = (endpoint: string): void => {
    rows.delete(endpoint);
    lastSuccess.set(endpoint, now());
    quarantine.succeeded(endpoint);
  };

  return {
    shouldCount(endpoint, error) {
      if (!(error instanceof UpstreamFailure) || !MAY_DEPEND_ON_REQUEST.has(error.kind))
        return true;
      const before = rows.get(endpoint);
      if (before === undefined) {
        rows.set(endpoint, { since: now(), failures: 1 });
        return true;
      }
      const failures = before.failures + 1;
      rows.set(endpoint, { ...before, failures });
      const isItsOwn = othersWork(endpoint, before.since);
      if (isItsOwn && failures >= QUARANTINED_AFTER) quarantine.failed(endpoint, error);
      return !isItsOwn;
    },
    guard: (endpoint, counted, trial) =>
      async function guardedByEndpoint(request, caller) {
        const rejection = quarantine.rejection(endpoint);
        if (rejection !== undefined) {
          onQuarantined();
          caller.span?.event('quarantined', { 'app.endpoint': endpoint });
          throw rejection;
        }
        const isTrial = quarantine.needsTrial(endpoint);
        try {
          const reply = await (isTrial ? trial : counted)(request, caller);
          succeeded(endpoint);
          return reply;
        } catch (error) {
          if (isTrial) quarantine.failed(endpoint, error);
          throw error;
        }
      },
  };
}
