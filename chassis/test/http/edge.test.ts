// What stands before every app: the cap on requests in flight, their measuring, their log lines.
import { request as ask } from 'node:http';
import { expect, jest, test } from '@jest/globals';
import { createApp, type Route } from 'chassis/http/app';
import { requestContextOf } from 'chassis/http/request-context';
import { edge, type EdgeOptions } from 'chassis/http/edge';
import { createMetrics } from 'chassis/observability/metrics';
import { Problem } from 'chassis/http/problem';
import request from 'supertest';
import { serve } from '../support/http.ts';
import { memoryLog } from 'chassis/testing/memory-log';

/** An app that answers /wait when it is told to. */
async function stage(options: Partial<EdgeOptions> = {}) {
  const { log, lines, wait } = memoryLog();
  const metrics = createMetrics();
  const gate = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  const left = Promise.withResolvers<void>();
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
        requestContextOf(req).onDisconnect = left.resolve;
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
  const url = await serve(edge(createApp({ routes, log }), { metrics, log, ...options }));
  /** Resolves when the server is done with the request, too: a client may have its answer a moment earlier. */
  const send = async (path: string, method: 'get' | 'trace' = 'get') => {
    const done = wait(/answered/);
    const answer = await request(url)[method](path).set('X-Request-Id', 'r-1');
    await done;
    return answer;
  };
  return {
    url,
    send,
    metrics,
    lines,
    wait,
    arrived: arrived.promise,
    left: left.promise,
    open: gate.resolve,
  };
}

test('beyond the cap a request is refused at once, and the next one is served when there is room', async () => {
  let told = 0;
  const { url, send, wait, arrived, open, metrics } = await stage({
    maxInFlight: 1,
    onOverload: () => (told += 1),
  });
  const waiting = fetch(`${url}/wait`);
  await arrived;
  expect(await metrics.text()).toMatch(/^http_requests_in_flight 1$/m);

  const refused = await send('/quick/1');
  expect(refused.status).toBe(503);
  expect(refused.headers['retry-after']).toBe('1');
  expect(refused.body).toMatchObject({
    type: 'urn:social-network:problem:overloaded',
    instance: '/quick/1',
    requestId: refused.headers['x-request-id'],
  });
  expect(told).toBe(1);

  const done = wait(/answered/);
  open();
  expect((await waiting).status).toBe(200);
  await done;
  expect((await send('/quick/1')).status).toBe(200);
  expect(await metrics.text()).toMatch(/route="shed",status="503"\} 1$/m);
});

test('requests are counted by the template of their route, never by their path', async () => {
  const { send, metrics } = await stage();
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

test('a client that leaves is told to the route, counted, and no longer in flight', async () => {
  const { url, metrics, wait, arrived, left, open } = await stage();
  const logged = wait(/answered/);
  const client = ask(`${url}/wait`);
  client.on('error', () => {});
  client.end();
  await arrived;
  client.destroy();
  await left;
  expect(await logged).toMatchObject({ status: 'client_left', route: '/wait' });
  const text = await metrics.text();
  expect(text).toContain('_count{method="GET",route="/wait",status="client_left"} 1');
  expect(text).toMatch(/^http_requests_in_flight 0$/m);
  open();
});

test('answers are logged at debug, failures of ours at warn, each with the ids of its request', async () => {
  const { send, lines } = await stage();
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

test('the line of a failure says why: the reason of its problem, or else its type', async () => {
  const { send, lines } = await stage();
  await send('/broken');
  await send('/strict');
  expect(lines.map(({ cause }) => cause)).toEqual(['social: nonsense', 'incomplete-answer']);
});

test('of many failures ten lines a second for each route are at warn, and the next one says how many were not', async () => {
  const { send, lines } = await stage();
  const clock = jest.spyOn(performance, 'now').mockReturnValue(5_000);
  try {
    const warned = async (path: string, times: number) => {
      lines.length = 0;
      for (let left = times; left > 0; left -= 1) await send(path);
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
