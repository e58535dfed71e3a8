// Which requests wait for their admission, in which order they begin, and which are refused. The meter is the test's own.
import { expect, test } from '@jest/globals';
import { WINDOW_MEASUREMENTS, WINDOW_MS } from 'chassis/http/adaptive-limit';
import { createAdmission } from 'chassis/http/admission';
import type { InFlight } from 'chassis/http/request-context';
import type { ServerResponse } from 'node:http';
import { createMetrics } from 'chassis/observability/metrics';

const LEAST = 64;

/** An admission with so many requests in flight as the least limit. */
function startAdmission(maxInFlight = 1_000) {
  const metrics = createMetrics();
  let tick: Parameters<NonNullable<Parameters<typeof createAdmission>[0]['meter']>>[0];
  let now = performance.now();
  const admission = createAdmission({
    metrics,
    maxInFlight,
    meter: (onTick) => {
      tick = onTick;
      return () => undefined;
    },
  });
  const events: string[] = [];
  const running = new Map<string, InFlight>();
  const enter = (name: string) => {
    const res = { closed: false };
    admission.enter({
      res: res as ServerResponse,
      start(own) {
        events.push(`start ${name}`);
        running.set(name, own);
      },
      refuse: ({ status }) => void events.push(`refuse ${name} with ${status}`),
    });
    return res;
  };
  for (let index = 1; index <= LEAST; index += 1) enter(`first ${index}`);
  const measure = (delayMs: number, ms: number): void => void tick(delayMs, (now += ms));
  /** A window of measurements. */
  const observe = (delayMs: number): void => {
    for (let count = 0; count < WINDOW_MEASUREMENTS; count += 1) measure(delayMs, WINDOW_MS / 4);
  };
  events.length = 0;
  const series = async (name: string) =>
    Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(await metrics.text())?.[1]);
  return { enter, events, running, measure, observe, series };
}

/** An admission whose limit is the least one, as after a long delay. */
function fullAdmission(maxInFlight?: number) {
  const admission = startAdmission(maxInFlight);
  admission.observe(500);
  return admission;
}

test('a long pause alone, as of the garbage collector, leaves the limit as it is', async () => {
  const { measure, observe, series } = startAdmission();
  observe(0);
  measure(900, 900);
  observe(0);
  observe(0);
  expect(await series('http_requests_limit')).toBe(1_000);
  observe(500);
  observe(500);
  expect(await series('http_requests_limit')).toBe(LEAST);
});

test('a request beyond the limit waits, and begins when another one ends', async () => {
  const { enter, events, running, series } = fullAdmission();
  expect(await series('http_requests_limit')).toBe(LEAST);
  enter('later');
  expect(events).toEqual([]);
  running.get('first 1')!.end();
  expect(events).toEqual(['start later']);
  expect(await series('http_requests_in_flight')).toBe(LEAST);
  expect(await series('http_admission_wait_seconds_count')).toBe(1);
});

test('the newest of those that wait begins first', () => {
  const { enter, events, running } = fullAdmission();
  for (const name of ['a', 'b', 'c']) enter(name);
  running.get('first 1')!.end();
  running.get('first 2')!.end();
  expect(events).toEqual(['start c', 'start b']);
});

test('a request whose client left while it waited never begins', () => {
  const { enter, events, running } = fullAdmission();
  enter('a');
  enter('b').closed = true;
  running.get('first 1')!.end();
  expect(events).toEqual(['start a']);
});

test('a request that has waited for too long is refused with a 503, unless its client left', async () => {
  const { enter, events, measure, observe, series } = fullAdmission();
  for (let count = 1; count < WINDOW_MEASUREMENTS; count += 1) measure(0, WINDOW_MS / 4);
  enter('a');
  enter('b').closed = true;
  measure(0, WINDOW_MS / 4);
  expect(events).toEqual(['start a']);
  observe(500);
  enter('c');
  enter('d').closed = true;
  for (let round = 0; round < 3; round += 1) measure(500, performance.now() + 10_000);
  expect(events.slice(1)).toEqual(['refuse c with 503']);
  expect(await series('http_requests_shed_total\\{reason="waited"\\}')).toBe(1);
});

test('a request beyond the ceiling is refused at once, those that wait included', async () => {
  const { enter, events, series } = fullAdmission(LEAST + 1);
  enter('waits');
  enter('too many');
  expect(events).toEqual(['refuse too many with 503']);
  expect(await series('http_requests_shed_total\\{reason="ceiling"\\}')).toBe(1);
});
