// Stalled connections are closed, and their requests no longer count as in flight. Slow or idle connections stay.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { createApp, type Route } from 'chassis/http/app';
import { edge } from 'chassis/http/edge';
import { createMetrics } from 'chassis/observability/metrics';
import { memoryLog } from 'chassis/testing/memory-log';
import { serve } from '../support/http.ts';

const STALL_MS = 300;
const HEAD = 'HTTP/1.1\r\nHost: a\r\n\r\n';
// All of them are far larger than the kernel's buffers for a connection whose client does not read.
const large = 'x'.repeat(4_000_000);
const PIPELINED = 8;

const open = (url: string): Socket =>
  connect(Number(new URL(url).port), '127.0.0.1').on('error', () => {});

test('closes the connection of a client that does not read, and no longer counts its requests as in flight', async () => {
  const { log, lines, wait } = memoryLog();
  const metrics = createMetrics();
  const allArrived = Promise.withResolvers<void>();
  let requests = 0;
  const routes: Route[] = [
    {
      method: 'get',
      path: '/large',
      handle: () => {
        requests += 1;
        if (requests === PIPELINED) allArrived.resolve();
        return { body: large, type: 'text/plain', cache: 'no-store' };
      },
    },
    { method: 'get', path: '/small', handle: () => ({ body: 1, cache: 'no-store' }) },
  ];
  const app = edge(createApp({ routes, log }), { metrics, log, maxInFlight: PIPELINED });
  const url = await serve(app, { stallMs: STALL_MS });
  const greedy = open(url).pause();
  greedy.write(`GET /large ${HEAD}`.repeat(PIPELINED));
  await allArrived.promise;
  expect((await fetch(`${url}/small`)).status).toBe(503);

  while (lines.filter(({ status }) => status === 'client_left').length < PIPELINED)
    await wait(/answered/);
  expect(await metrics.text()).toMatch(/^http_requests_in_flight 0$/m);
  expect((await fetch(`${url}/small`)).status).toBe(200);
  greedy.destroy();
});

test('keeps a slow connection while bytes move', async () => {
  const url = await serve(
    (_req, res) => {
      let remaining = 8;
      const drip = setInterval(() => {
        remaining -= 1;
        if (remaining > 0) res.write('drip ');
        else {
          clearInterval(drip);
          res.end('done');
        }
      }, STALL_MS / 4);
    },
    { stallMs: STALL_MS },
  );
  expect(await (await fetch(url)).text()).toBe('drip '.repeat(7) + 'done');
});

test('keeps an idle connection longer than the stall limit', async () => {
  const url = await serve((_req, res) => res.end('ok'), { stallMs: 50 });
  const socket = open(url);
  let closed = false;
  socket.once('close', () => (closed = true));
  socket.write(`GET / ${HEAD}`);
  await once(socket, 'data');
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(closed).toBe(false);
  socket.write(`GET / ${HEAD}`);
  expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1.1 200/);
  socket.destroy();
});
