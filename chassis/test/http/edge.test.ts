// The edge of every app: the limit on requests in flight, their metrics and their log lines.
import { request as startRequest } from 'node:http';
import { expect, jest, test } from '@jest/globals';
import { createApp, type Route } from 'chassis/http/app';
import { requestContextOf } from 'chassis/http/request-context';
import { createAdmission, type AdmissionOptions } from 'chassis/http/admission';
import { edge, type EdgeOptions } from 'chassis/http/edge';
import { createMetrics } from 'chassis/observability/metrics';
import { Problem } from 'chassis/http/problem';
import request from 'supertest';
import { serve } from '../support/http.ts';
import { memoryLog } from 'chassis/testing/memory-log';

/** Starts an app whose route /wait answers after `open()`. */
async function startApp({
  maxInFlight = Infinity,
  onShed = () => undefined,
  ...options
}: Partial<EdgeOptions & AdmissionOptions> = {}) {
  const { log, lines, wait } = memoryLog();
  const metrics = createMetrics();
  const gate = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  const disconnected = Promise.withResolvers<void>();
  const routes: Route[] = [
    {
      method: 'get',
      path: '/quick/:id',
      query: ['token'],
      handle: () => ({ body: 1, cache: 'public' }),
    },
    {
      method: 'get',
      path: '/wait',
      handle: async (req) => {
        requestContextOf(req).onDisconnect = disconnected.resolve;
        arrived.resolve();
        await gate.promise;
        return { body: 2, cache: 'public' };
      },
    },
    {
      method: 'get',
      path: '/broken',
      handle: () => {
        throw new Problem('upstream-invalid', 'x', { reason: 'social: nonsense' });
      },
    },
    {
      method: 'get',
      path: '/strict',
      handle: () => {
        throw new Problem('incomplete-answer', 'x');
      },
    },
    { method: 'get', path: '/bug', handle: () => Promise.reject(new Error('x')) },
  ];
  const admission = createAdmission({ metrics, maxInFlight, onShed });
  const url = await serve(
    edge(createApp({ routes, log }), { metrics, log, admission, ...options }),
  );
  /** Resolves with the answer when the server has also logged it, which may be a moment later. */
  const send = async (path: string, method: 'get' | 'trace' = 'get') => {
    const logged = wait(/answered/);
    const answer = await request(url)[method](path).set('X-Request-Id', 'r-1');
    await logged;
    return answer;
  };
  return {
    url,
    send,
    metrics,
    lines,
    wait,
    arrived: arrived.promise,
    disconnected: disconnected.promise,
    open: gate.resolve,
  };
}

test('rejects requests above maxInFlight at once, and accepts them again when another request has ended', async () => {
  let overloads = 0;
  const { url, send, wait, arrived, open, metrics } = await startApp({
    maxInFlight: 1,
    onShed: () => (overloads += 1),
  });
  const waiting = fetch(`${url}/wait`);
  await arrived;
  expect(await metrics.text()).toMatch(/^http_requests_in_flight 1$/m);
  expect(await metrics.text()).toMatch(/^http_requests_limit 1$/m);

  const rejected = await send('/quick/1');
  expect(rejected.status).toBe(503);
  expect(rejected.headers['retry-after']).toBe('1');
  expect(rejected.body).toMatchObject({
    type: 'urn:social-network:problem:overloaded',
    instance: '/quick/1',
    requestId: rejected.headers['x-request-id'],
  });
  expect(overloads).toBe(1);

  const logged = wait(/answered/);
  open();
  expect((await waiting).status).toBe(200);
  await logged;
  expect((await send('/quick/1')).status).toBe(200);
  expect(await metrics.text()).toMatch(/route="shed",status="503"\} 1$/m);
});

test('counts requests by the template of their route, not by their path', async () => {
  const { send, metrics } = await startApp();
  await send('/quick/1');
  await send('/quick/2');
  await send('/secret-path');
  await send('/quick/1', 'trace');
  const text = await metrics.text();
  expect(text).toContain('_count{method="GET",route="/quick/:id",status="200"} 2');
  expect(text).toContain('_count{method="GET",route="none",status="404"} 1');
  expect(text).toContain('_count{method="other",route="/quick/:id",status="405"} 1');
  expect(text).not.toMatch(/secret|quick\/1/);
});

test('calls onDisconnect when a client disconnects, counts the request, and no longer has it in flight', async () => {
  const { url, metrics, wait, arrived, disconnected, open } = await startApp();
  const logged = wait(/answered/);
  const client = startRequest(`${url}/wait`);
  client.on('error', () => {});
  client.end();
  await arrived;
  client.destroy();
  await disconnected;
  expect(await logged).toMatchObject({ status: 'client_left', route: '/wait' });
  const text = await metrics.text();
  expect(text).toContain('_count{method="GET",route="/wait",status="client_left"} 1');
  expect(text).toMatch(/^http_requests_in_flight 0$/m);
  open();
});

test('logs answers at debug and own failures at warn, each with the request id', async () => {
  const { send, lines } = await startApp();
  await send('/quick/1?token=hush');
  await send('/broken');
  expect(lines).toEqual([
    expect.objectContaining({
      level: 20,
      requestId: 'r-1',
      route: '/quick/:id',
      status: '200',
      method: 'GET',
    }),
    expect.objectContaining({ level: 40, requestId: 'r-1', route: '/broken', status: '502' }),
  ]);
  expect(JSON.stringify(lines)).not.toContain('hush');
});

test('writes a line at info for each request when the access log is on, with standard names', async () => {
  const { send, lines } = await startApp({ accessLog: true });
  await send('/quick/1?token=hush');
  await send('/broken');
  const [answer, failure] = lines.filter(({ msg }) => msg === 'request');
  expect(answer).toMatchObject({
    level: 30,
    requestId: 'r-1',
    trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    span_id: expect.stringMatching(/^[0-9a-f]{16}$/),
    'http.request.method': 'GET',
    'http.route': '/quick/:id',
    'http.response.status_code': 200,
    'http.server.request.duration': expect.any(Number),
  });
  expect(answer).not.toHaveProperty(['error.type']);
  expect(failure).toMatchObject({
    'http.response.status_code': 502,
    'error.type': 'social: nonsense',
  });
  expect(JSON.stringify(lines)).not.toContain('hush');
});

test('logs the ids of the trace that the client is in', async () => {
  const { url, lines, wait } = await startApp();
  const logged = wait(/answered/);
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
  const answer = await fetch(`${url}/quick/1`, {
    headers: { traceparent: `00-${trace}-00f067aa0ba902b7-01` },
  });
  await logged;
  const [, , span] = answer.headers.get('traceparent')!.split('-');
  expect(lines[0]).toMatchObject({ trace_id: trace, span_id: span });
  expect(span).not.toBe('00f067aa0ba902b7');
});

test('logs the cause of a failure: the reason of its problem, or else its type', async () => {
  const { send, lines } = await startApp();
  await send('/broken');
  await send('/strict');
  expect(lines.map(({ cause }) => cause)).toEqual(['social: nonsense', 'incomplete-answer']);
});

test('logs at most ten failures a second for each route, and the next line has the number of suppressed lines', async () => {
  const { send, lines } = await startApp();
  const clock = jest.spyOn(performance, 'now').mockReturnValue(5_000);
  try {
    const warned = async (path: string, times: number) => {
      lines.length = 0;
      for (let count = 0; count < times; count += 1) await send(path);
      return lines.filter(({ level, msg }) => level === 40 && msg === 'answered');
    };
    expect(await warned('/broken', 13)).toHaveLength(10);
    expect(await warned('/strict', 1)).toHaveLength(1);
    expect(await warned('/bug', 13)).toHaveLength(13);
    clock.mockReturnValue(6_000);
    const [first, second] = await warned('/broken', 2);
    expect(first).toHaveProperty('leftOut', 3);
    expect(second).not.toHaveProperty('leftOut');
  } finally {
    clock.mockRestore();
  }
});

test('counts a connection that is closed unread as a refused request', async () => {
  const metrics = createMetrics();
  const listeners: (() => void)[] = [];
  const admission = {
    ...createAdmission({ metrics }),
    onConnectionClosed: (listener: () => void) => void listeners.push(listener),
  };
  edge(() => undefined, { metrics, log: memoryLog().log, admission });
  listeners[0]!();
  expect(await metrics.text()).toContain('_count{method="other",route="shed",status="503"} 1');
});
