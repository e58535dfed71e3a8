// Slow and idle connections stay while bytes move; greedy-clients.test.ts has those that are closed.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { serve } from '../support/http.ts';

const STALL_MS = 300;
const HEAD = 'HTTP/1.1\r\nHost: a\r\n\r\n';

const open = (url: string): Socket =>
  connect(Number(new URL(url).port), '127.0.0.1').on('error', () => {});

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
