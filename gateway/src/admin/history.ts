// The last ten minutes in numbers, for the charts of the admin page: as JSON, and as an event stream.
import type { Route } from 'chassis/http/app';
import type { Metrics } from 'chassis/observability/metrics';
import { streamEvents } from './event-stream.ts';
import { type Point, pointOf, READ, type Reading } from './rates.ts';

/** Two scrapes of Prometheus; each costs less than one. */
const EVERY_MS = 10_000;
const POINTS = 60;

export interface History {
  /** Columns, as charts need them: times in seconds since 1970, and the values of each series at these times. */
  columns(): { readonly at: readonly number[]; readonly series: Record<string, (number | null)[]> };
  /** Takes a point now; happens by itself every ten seconds. */
  take(): Promise<void>;
  onPoint(listener: () => void): () => void;
  close(): void;
}

export function createHistory(metrics: Pick<Metrics, 'read'>, everyMs = EVERY_MS): History {
  const points: { readonly at: number; readonly point: Point }[] = [];
  const listeners = new Set<() => void>();
  let last: { readonly reading: Reading; readonly at: number } | undefined;
  const take = async (): Promise<void> => {
    const entries = Object.entries(READ).map(async ([key, name]) => [
      key,
      await metrics.read(name),
    ]);
    const reading = Object.fromEntries(await Promise.all(entries)) as Reading;
    const before = last;
    last = { reading, at: performance.now() };
    if (before === undefined) return;
    const seconds = Math.max(0.001, (last.at - before.at) / 1000);
    points.push({ at: Date.now() / 1000, point: pointOf(before.reading, reading, seconds) });
    if (points.length > POINTS) points.shift();
    for (const listener of listeners) listener();
  };
  void take();
  const timer = setInterval(() => void take(), everyMs).unref();
  return {
    columns() {
      const names = Object.keys(points[0]?.point ?? {});
      return {
        at: points.map(({ at }) => Math.round(at)),
        series: Object.fromEntries(
          names.map((name) => [name, points.map(({ point }) => rounded(point[name] ?? null))]),
        ),
      };
    },
    take,
    onPoint(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => clearInterval(timer),
  };
}

/** Four digits are enough to draw. */
const rounded = (value: number | null): number | null =>
  value === null ? null : Number(value.toPrecision(4));

export const historyRoute = (history: History): Route => ({
  method: 'get',
  path: '/history',
  handle: (req) =>
    req.accepts(['application/json', 'text/event-stream']) === 'text/event-stream'
      ? {
          type: 'text/event-stream',
          stream: (res) =>
            streamEvents(
              res,
              'history',
              () => history.columns(),
              (send) => history.onPoint(send),
            ),
        }
      : { body: history.columns(), cache: 'no-store' },
});
