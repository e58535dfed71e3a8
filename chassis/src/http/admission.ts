// Admission: which requests a process begins now, which wait, and which it refuses (docs/operate.md). The limit on requests in
// flight finds itself by the delay of the event loop; `maxInFlight` is its ceiling. Requests under way are finished.
import type { Server, ServerResponse } from 'node:http';
import type { Metrics } from '../observability/metrics.ts';
import { type AcceptQueue, guardAcceptQueue } from './accept-queue.ts';
import { nextLimit, WINDOW_MEASUREMENTS, WINDOW_MS } from './adaptive-limit.ts';
import { admissionMetrics, type ShedReason } from './admission-metrics.ts';
import { loopDelayMeter } from './loop-delay.ts';
import { Problem } from './problem.ts';
import type { InFlight } from './request-context.ts';

/** How long a request waits for its admission, in ms: a refusal costs CPU, and is often followed by the next request. */
const WAIT_MS = 150;

// Shared by all refusals: an overloaded process has no time to build stack traces.
const overloaded = new Problem('overloaded', 'The service has too many requests now; try again', {
  headers: { 'Retry-After': '1' },
});

export interface AdmissionOptions {
  readonly metrics: Metrics;
  /** Ceiling of the limit; none when left out. */
  readonly maxInFlight?: number;
  readonly onShed?: () => void;
  /** Replaced by tests. */
  readonly meter?: typeof loopDelayMeter;
}

/** A request that asks for admission. */
interface Applicant {
  readonly res: ServerResponse;
  /** Begins the request. `own` counts it as in flight until its end. */
  readonly start: (own: InFlight) => void;
  readonly refuse: (problem: Problem) => void;
}

/** The admission of one listener. */
export interface Admission {
  /** From now on, new connections are closed unread while too many wait. */
  attach(server: Server): void;
  /** Sets what is called for each connection that is closed unread. */
  onConnectionClosed(listener: () => void): void;
  /** Starts a request, now or when another one ends, or refuses it. Neither, when the client leaves before. */
  enter(applicant: Applicant): void;
}

/** Creates the admission of a listener. */
export function createAdmission(options: AdmissionOptions): Admission {
  const { metrics, maxInFlight = Infinity, onShed, meter = loopDelayMeter } = options;
  let limit = maxInFlight;
  let inFlight = 0;
  /** The oldest first. */
  const waiting: (Applicant & { readonly since: number })[] = [];
  let acceptQueue: AcceptQueue | undefined;
  let connectionClosed: (() => void) | undefined;
  let observed = { peak: 0, reached: false, delayMs: Infinity };
  let measurements = 0;
  let windowEndsAt = 0;
  const reported = admissionMetrics(metrics, { inFlight: () => inFlight, limit: () => limit });

  const shed = (reason: ShedReason): void => {
    observed.reached = true;
    reported.shed(reason);
    onShed?.();
  };
  const admitWaiting = (): void => {
    for (let permits = limit - inFlight; permits > 0;) {
      // The newest first: one answer in time is better than two that are late.
      const next = waiting.pop();
      if (next === undefined) return;
      // The client has left.
      if (next.res.closed) continue;
      permits -= 1;
      reported.waited(performance.now() - next.since);
      start(next);
    }
  };
  const count = (): void => {
    inFlight += 1;
    observed.peak = Math.max(observed.peak, inFlight);
  };
  const start = (applicant: Applicant): void => {
    let counts = true;
    count();
    applicant.start({
      begin() {
        if (counts || applicant.res.closed) return;
        if (inFlight >= maxInFlight) {
          shed('ceiling');
          throw overloaded;
        }
        counts = true;
        count();
      },
      end() {
        if (!counts) return;
        counts = false;
        inFlight -= 1;
        admitWaiting();
      },
    });
  };
  const refuseOld = (now: number): void => {
    const young = waiting.findIndex(({ since }) => now - since < WAIT_MS);
    for (const { res, refuse } of waiting.splice(0, young === -1 ? waiting.length : young)) {
      if (res.closed) continue;
      shed('waited');
      refuse(overloaded);
    }
  };
  const wake = meter((delayMs, now) => {
    acceptQueue?.check();
    observed.delayMs = Math.min(observed.delayMs, delayMs);
    measurements += 1;
    if (now >= windowEndsAt && measurements >= WINDOW_MEASUREMENTS) {
      limit = nextLimit(limit, maxInFlight, observed);
      observed = { peak: inFlight, reached: false, delayMs: Infinity };
      windowEndsAt = now + WINDOW_MS;
      measurements = 0;
    }
    admitWaiting();
    refuseOld(now);
    return observed.peak > 0;
  });

  return {
    attach(server) {
      acceptQueue = guardAcceptQueue(server, () => {
        shed('connection');
        connectionClosed?.();
      });
      server.on('connection', wake);
    },
    onConnectionClosed(listener) {
      connectionClosed = listener;
    },
    enter(applicant) {
      wake();
      if (inFlight + waiting.length >= maxInFlight) {
        shed('ceiling');
        applicant.refuse(overloaded);
      } else if (inFlight < limit) start(applicant);
      else {
        observed.reached = true;
        waiting.push({ ...applicant, since: performance.now() });
      }
    },
  };
}
