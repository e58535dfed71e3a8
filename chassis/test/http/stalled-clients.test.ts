// Connections that stand still: they end, and what they held is free again. What only waits or is slow goes on.
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
// Together far more than the kernel keeps for a connection whose client does not read.
const large = 'x'.repeat(4_000_000);
const PIPELINED = 8;

const open = (url: string): Socket =>
  connect(Number(new URL(url).port), '127.0.0.1').on('error', () => {});

test('a client that does not read loses its connection, and its places among the requests in flight', async () => {
  const { log, lines, wait } = memoryLog();
  const metrics = createMetrics();
  const all = Promise.withResolvers<void>();
  let asked = 0;
  const routes: Route[] = [
    {
      method: 'get',
      path: '/large',
      handle: () => {
        asked += 1;
        if (asked === PIPELINED) all.resolve();
        return { body: large, type: 'text/plain', cache: 'no-store' };
      },
    },
    { method: 'get', path: '/small', handle: () => ({ body: 1, cache: 'no-store' }) },
  ];
  const app = edge(createApp({ routes, log }), { metrics, log, maxInFlight: PIPELINED });
  const url = await serve(app, { stallMs: STALL_MS });
  const greedy = open(url).pause();
  greedy.write(`GET /large ${HEAD}`.repeat(PIPELINED));
  await all.promise;
  expect((await fetch(`${url}/small`)).status).toBe(503);

  while (lines.filter(({ status }) => status === 'client_left').length < PIPELINED)
    await wait(/answered/);
  expect(await metrics.text()).toMatch(/^http_requests_in_flight 0$/m);
  expect((await fetch(`${url}/small`)).status).toBe(200);
  greedy.destroy();
});

test('an answer that takes long lives, as long as something of it moves', async () => {
  const url = await serve(
    (_req, res) => {
      let left = 8;
      const drip = setInterval(() => {
        left -= 1;
        if (left > 0) res.write('drip ');
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

test('a connection that is kept alive may idle for longer', async () => {
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
