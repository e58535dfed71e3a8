// No client can keep others out: by requests that it sends at once, bodies that it does not send, or answers that it does
// not read.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createApp, type Route } from 'chassis/http/app';
import { createAdmission } from 'chassis/http/admission';
import { edge } from 'chassis/http/edge';
import type { ListenOptions } from 'chassis/http/server';
import { reportCutOffs } from 'chassis/process/cut-offs';
import { createMetrics } from 'chassis/observability/metrics';
import { memoryLog } from 'chassis/testing/memory-log';
import { serve } from '../support/http.ts';

const HEAD = 'HTTP/1.1\r\nHost: a\r\n\r\n';
// Far larger than the kernel's buffers for a connection whose client does not read.
const LARGE = 'x'.repeat(12_000_000);
const MAX_IN_FLIGHT = 5;
/** Requests of one connection that are begun at once. */
const BEGUN = 4;
/** Checks so often that tests are short. */
const CHECK_MS = 20;

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** Serves an app whose limit on requests in flight is low. */
async function startApp(options: ListenOptions = {}) {
  const { log, lines, wait } = memoryLog();
  const metrics = createMetrics();
  const gate = Promise.withResolvers<void>();
  const begun: string[] = [];
  const routes: Route[] = [
    {
      method: 'get',
      path: '/large',
      handle: () => ({ body: LARGE, type: 'text/plain', cache: 'no-store' }),
    },
    { method: 'get', path: '/small', handle: () => ({ body: 1, cache: 'no-store' }) },
    {
      method: 'get',
      path: '/wait/:id',
      handle: async (req) => {
        begun.push(req.path);
        await gate.promise;
        return { body: req.path, cache: 'no-store' };
      },
    },
    {
      method: 'post',
      path: '/echo',
      body: true,
      handle: (req) => ({ body: req.body as unknown, cache: 'no-store' }),
    },
  ];
  const admission = createAdmission({ metrics, maxInFlight: MAX_IN_FLIGHT });
  const app = edge(createApp({ routes, log }), { metrics, log, admission });
  const { limits, ...more } = options;
  const url = await serve(app, {
    onCutOff: reportCutOffs(metrics, log),
    limits: { checkMs: CHECK_MS, ...limits },
    ...more,
  });
  const open = (): Socket => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => {});
    sockets.push(socket);
    return socket;
  };
  const metric = async (series: string): Promise<number> => {
    const text = await metrics.text();
    return Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${series} `))!
        .split(' ')[1],
    );
  };
  const cutOffs = (reason: string) => metric(`http_connections_cut_off_total{reason="${reason}"}`);
  const others = async () => {
    const statuses = [];
    for (const path of ['/small', '/small', '/small'])
      statuses.push((await fetch(url + path)).status);
    return statuses;
  };
  return { url, lines, wait, open, begun, metric, cutOffs, others, openGate: gate.resolve };
}

const OK = [200, 200, 200];

const post = (json: string) =>
  `POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${json.length}\r\n\r\n${json}`;

/** Resolves when the server has begun to answer. */
const answerBegins = (socket: Socket) => once(socket, 'readable');

describe('requests that a client sends at once', () => {
  test('are begun a few at a time', async () => {
    const { open, begun, metric, others, openGate } = await startApp();
    const socket = open();
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    const ids = Array.from({ length: 100 }, (_, index) => index);
    socket.write(ids.map((id) => `GET /wait/${id} ${HEAD}`).join(''));
    while (begun.length === 0) await others();
    expect(await others()).toEqual(OK);
    expect(begun).toEqual(ids.slice(0, BEGUN).map((id) => `/wait/${id}`));
    expect(await metric('http_requests_in_flight')).toBe(BEGUN);

    openGate();
    while (!text.endsWith('"/wait/99"')) await once(socket, 'data');
    expect(text.match(/"\/wait\/\d+"/g)).toEqual(ids.map((id) => `"/wait/${id}"`));
    expect(begun).toHaveLength(ids.length);
  });

  test('are answered in their order, whatever the packets and the bodies', async () => {
    const { open } = await startApp();
    const socket = open();
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    const bytes = `GET /small ${HEAD}${post('[2]')}GET /nothing ${HEAD}${post('{"four":4}')}GET /small HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`;
    const closed = once(socket, 'close');
    for (let at = 0; at < bytes.length; at += 70) {
      socket.write(bytes.slice(at, at + 70));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await closed;
    const bodies = text.split(/HTTP\/1\.1 \d+ /).map((answer) => answer.split('\r\n\r\n')[1] ?? '');
    expect(bodies).toEqual([
      '',
      '1',
      '[2]',
      expect.stringContaining('There is no such path'),
      '{"four":4}',
      '1',
    ]);
  });

  test('close the connection when they are more than a hundred', async () => {
    const { open, begun, cutOffs, others, lines } = await startApp();
    const socket = open();
    const closed = once(socket, 'close');
    socket.write(`GET /wait/1 ${HEAD}`.repeat(1149));
    await closed;
    expect(await others()).toEqual(OK);
    expect(begun).toHaveLength(BEGUN);
    expect(await cutOffs('pipelined')).toBe(1);
    expect(lines).toContainEqual(
      expect.objectContaining({
        msg: 'client cut off',
        level: 40,
        reason: 'pipelined',
        address: '127.0.0.1',
        route: '/wait/:id',
        requestId: expect.any(String),
      }),
    );
  });

  test('with an unknown expectation are begun a few at a time, too', async () => {
    const { open, begun, cutOffs } = await startApp();
    const socket = open();
    const closed = once(socket, 'close');
    socket.write(
      `GET /wait/1 ${HEAD}`.repeat(BEGUN) +
        `GET /x HTTP/1.1\r\nHost: a\r\nExpect: x\r\n\r\n`.repeat(101),
    );
    await closed;
    expect(begun).toHaveLength(BEGUN);
    expect(await cutOffs('pipelined')).toBe(1);
  });
});

test('clients that do not send their bodies keep nobody out', async () => {
  const { open, metric, others, url } = await startApp();
  const slow = Array.from({ length: 10 * MAX_IN_FLIGHT }, () => open());
  for (const socket of slow)
    socket.write(
      'POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[',
    );
  // Their requests have arrived, as those that follow on the same listener are answered.
  expect(await others()).toEqual(OK);
  expect(await metric('http_requests_in_flight')).toBe(0);
  const headers = { 'Content-Type': 'application/json' };
  const answer = await fetch(`${url}/echo`, { method: 'POST', headers, body: '[1]' });
  expect(await answer.json()).toEqual([1]);
  for (const socket of slow) {
    socket.write(']');
    expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1.1 200 /);
  }
});

test('a body that arrives while the limit is reached gets a 503', async () => {
  const { open, begun, openGate, others } = await startApp();
  const late = open();
  late.write(
    'POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[',
  );
  await others();
  for (let id = 1; id <= MAX_IN_FLIGHT; id += 1) {
    const before = begun.length;
    open().write(`GET /wait/${id} ${HEAD}`);
    while (begun.length === before) await new Promise((resolve) => setImmediate(resolve));
  }
  late.write(']');
  expect(String((await once(late, 'data'))[0])).toMatch(/^HTTP\/1.1 503 [^]*overloaded/);
  openGate();
});

describe('an answer that its client does not read', () => {
  test('keeps nobody out', async () => {
    const { open, metric, others } = await startApp();
    const slow = Array.from({ length: 5 * MAX_IN_FLIGHT }, () => open());
    for (const socket of slow) {
      socket.write(`GET /large ${HEAD}`);
      await answerBegins(socket);
    }
    expect(await others()).toEqual(OK);
    expect(await metric('http_requests_in_flight')).toBe(0);
  });

  test('closes the connection when the client reads below the least rate, however steadily', async () => {
    const limits = { sendMs: 200, minBytesPerS: LARGE.length };
    const { open, cutOffs, wait, others } = await startApp({ limits });
    const socket = open();
    let isOpen = true;
    const closed = once(socket, 'close').then(() => (isOpen = false));
    const begunAt = performance.now();
    const cutOff = wait(/client cut off/);
    socket.write(`GET /large ${HEAD}`);
    await answerBegins(socket);
    const drip = setInterval(() => isOpen && socket.read(1000), 5);
    expect(await cutOff).toMatchObject({ reason: 'slow', route: '/large' });
    // Its size allows about a second, as the kernel has taken a part of it.
    expect(performance.now() - begunAt).toBeGreaterThan(limits.sendMs);
    expect(await cutOffs('slow')).toBe(1);
    expect(await others()).toEqual(OK);
    clearInterval(drip);
    socket.resume();
    await closed;
  });

  test('arrives whole when the client is slow, but not below the least rate', async () => {
    const limits = { sendMs: 300, minBytesPerS: 1_000_000 };
    const { url, cutOffs } = await startApp({ limits });
    const answer = await fetch(`${url}/large`);
    let bytes = 0;
    for await (const chunk of answer.body!) {
      bytes += (chunk as Uint8Array).length;
      if (bytes % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(bytes).toBe(LARGE.length);
    expect(await cutOffs('slow')).toBe(0);
  });

  test('closes the connection when no byte moves', async () => {
    const { open, wait, cutOffs } = await startApp({ stallMs: 200 });
    const cutOff = wait(/client cut off/);
    open().pause().write(`GET /large ${HEAD}`);
    expect(await cutOff).toMatchObject({ reason: 'stalled', route: '/large' });
    expect(await cutOffs('stalled')).toBe(1);
  });

  test('closes the connections that are slow for longest when the unsent answers need too much memory', async () => {
    const limits = { maxUnsentBytes: 2.5 * LARGE.length };
    const { open, wait, cutOffs, others } = await startApp({ limits });
    const cutOff = wait(/client cut off/);
    const first = open();
    const closed = once(first, 'close');
    first.write(`GET /large ${HEAD}`);
    await answerBegins(first);
    await new Promise((resolve) => setTimeout(resolve, 3 * CHECK_MS));
    const later = [open(), open(), open()];
    for (const socket of later) socket.write(`GET /large ${HEAD}`);
    expect(await cutOff).toMatchObject({ reason: 'memory' });
    first.resume();
    await closed;
    expect(await cutOffs('memory')).toBeLessThan(4);
    expect(await others()).toEqual(OK);
  });
});

test('an idle connection is closed without a line in the log', async () => {
  const { open, cutOffs, lines } = await startApp({ keepAliveMs: 50 });
  const socket = open();
  socket.write(`GET /small ${HEAD}`);
  socket.resume();
  await once(socket, 'close');
  expect(await cutOffs('stalled')).toBe(0);
  expect(lines.filter(({ msg }) => msg === 'client cut off')).toEqual([]);
});
