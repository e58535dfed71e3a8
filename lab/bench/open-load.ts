// The load of clients who do not wait for each other, in a process of its own: an open loop at a fixed rate. Latency counts
// from the moment at which a request was due (coordinated omission corrected).
import { percentile } from '../statistics.ts';
import type { Work } from './fixtures.ts';
import { createClients, type Outcome } from './open-clients.ts';

/** `kept`: 200 connections, as a balancer keeps them; `new`: a connection for each request. */
export type ClientKind = 'kept' | 'new';

/** The message of the parent process. */
export interface OpenLoadOptions {
  readonly url: string;
  readonly work: Work;
  readonly token?: string;
  readonly clients: ClientKind;
  /** Requests a second; when left out, a closed loop with `CLOSED` requests in flight finds the capacity. */
  readonly perSecond?: number;
  readonly durationMs: number;
  readonly seed: number;
}

/** The reply to the parent process; all counts are of requests. */
export interface OpenLoadResult {
  readonly inTime: number;
  /** Answered with a 200 after more than 250 ms. */
  readonly late: number;
  /** Answered with a 503. */
  readonly refused: number;
  /** The connection was refused or closed without an answer. */
  readonly dropped: number;
  readonly givenUp: number;
  /** The balancer had no free connection. */
  readonly unsent: number;
  /** Any other answer. */
  readonly errors: number;
  readonly elapsedMs: number;
  /** Of the answers with a 200; null without any. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  /** How late the generator itself was, 99 of 100 times. */
  readonly generatorLagMs: number;
  /** From the end of the load until 10 probes in a row were answered in time; null when that did not happen. */
  readonly wellAfterMs: number | null;
}

const CLOSED = 64;
const PROBE_MS = 50;
const PROBES = 10;
const PROBING_LIMIT_MS = 10_000;

/** Runs a load and waits for the end of all its requests. */
export async function openLoad(options: OpenLoadOptions): Promise<OpenLoadResult> {
  const { perSecond, durationMs } = options;
  const clients = createClients(options);
  const lags: number[] = [];
  const startedAt = performance.now();
  const endsAt = startedAt + durationMs;
  let sent = 0;
  while (performance.now() < endsAt) {
    if (perSecond === undefined)
      while (clients.open < CLOSED && performance.now() < endsAt)
        void clients.arrive(performance.now());
    else
      for (;;) {
        const due = startedAt + (sent * 1000) / perSecond;
        if (due > performance.now() || due > endsAt) break;
        sent += 1;
        lags.push(performance.now() - due);
        void clients.arrive(due);
        // Lets answers be read when the generator is behind.
        if (sent % 64 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    clients.giveUp();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const elapsedMs = performance.now() - startedAt;
  const giving = setInterval(() => clients.giveUp(), PROBE_MS);
  const wellAfterMs = await untilWell(() => clients.arrive(performance.now(), false));
  while (clients.open > 0) await new Promise((resolve) => setTimeout(resolve, PROBE_MS));
  clearInterval(giving);
  clients.close();
  const { counts, times } = clients;
  const quantile = (share: number) => (times.length === 0 ? null : percentile(times, share));
  const [p50Ms, p99Ms] = [quantile(0.5), quantile(0.99)];
  const generatorLagMs = percentile(lags, 0.99);
  return { ...counts, elapsedMs, p50Ms, p99Ms, generatorLagMs, wellAfterMs };
}

/** @returns ms until the first of `PROBES` probes in a row that are answered in time */
async function untilWell(probe: () => Promise<Outcome>): Promise<number | null> {
  const startedAt = performance.now();
  let [since, row] = [0, 0];
  while (row < PROBES) {
    const at = performance.now() - startedAt;
    if (at > PROBING_LIMIT_MS) return null;
    const good = (await probe()) === 'inTime';
    row = good ? row + 1 : 0;
    if (row === 1) since = at;
    await new Promise((resolve) => setTimeout(resolve, PROBE_MS));
  }
  return since;
}

if (process.send !== undefined && import.meta.main) {
  process.on('message', (options: OpenLoadOptions) => {
    void openLoad(options).then((result) => process.send!(result));
  });
  process.on('disconnect', () => process.exit(0));
}
