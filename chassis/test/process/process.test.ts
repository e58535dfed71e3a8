// A process that serves: two listeners, readiness, and its end.
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { createApp } from 'chassis/http/app';
import { createMetrics } from 'chassis/observability/metrics';
import { serve, type ServeOptions } from 'chassis/process/process';
import { Problem } from 'chassis/http/problem';
import { shutdownGraceMs } from 'chassis/settings/common';
import { memoryLog } from 'chassis/testing/memory-log';

const addresses = {
  HOST: '127.0.0.1',
  PORT: 0,
  ADMIN_HOST: '127.0.0.1',
  ADMIN_PORT: 0,
  KEEP_ALIVE_MS: 15_000,
  NODE_ENV: 'development',
};

function optionsWith(more: Partial<ServeOptions>): ServeOptions {
  const { log } = memoryLog();
  const routes = [
    { method: 'get' as const, path: '/', handle: () => ({ body: 1, cache: 'public' as const }) },
  ];
  return {
    handler: createApp({ routes, log }),
    settings: addresses,
    metrics: createMetrics(),
    log,
    close: () => {},
    ...more,
  };
}

const get = async (url: string) => {
  const answer = await fetch(url);
  return { status: answer.status, text: await answer.text(), headers: answer.headers };
};

test('serves health, readiness and metrics on the admin port, and not on the public port', async () => {
  let reason: string | undefined = 'The database sleeps';
  const running = await serve(optionsWith({ readiness: async () => reason }));
  expect(await get(`${running.adminUrl}/healthz`)).toMatchObject({ text: '{"status":"alive"}' });
  const notReady = await get(`${running.adminUrl}/readyz`);
  expect(notReady.status).toBe(503);
  expect(notReady.headers.get('retry-after')).toBe('1');
  expect(JSON.parse(notReady.text)).toMatchObject({ detail: 'The database sleeps' });
  reason = undefined;
  expect(await get(`${running.adminUrl}/readyz`)).toMatchObject({ text: '{"status":"ready"}' });
  const metrics = await get(`${running.adminUrl}/metrics`);
  expect(metrics.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(metrics.text).toMatch(/^process_cpu_seconds_total /m);
  // fetch decompresses it.
  expect(metrics.headers.get('content-encoding')).toMatch(/^(zstd|br|gzip)$/);

  for (const path of ['/healthz', '/readyz', '/metrics'])
    expect((await get(running.url + path)).status).toBe(404);
  await running.stop();
});

test('is no longer ready at the beginning of a stop, and calls close after the last request', async () => {
  const events: string[] = [];
  const gate = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  const running = await serve(
    optionsWith({
      handler: (_req, res) => {
        arrived.resolve();
        void gate.promise.then(() => {
          events.push('answered');
          res.end('done');
        });
      },
      close: () => {
        events.push('closed');
      },
    }),
  );
  const inFlight = get(running.url);
  await arrived.promise;
  const stop = running.stop();
  const readiness = await get(`${running.adminUrl}/readyz`);
  expect(readiness.status).toBe(503);
  expect(JSON.parse(readiness.text)).toMatchObject({ detail: 'stopping' });
  expect((await get(`${running.adminUrl}/healthz`)).status).toBe(200);
  gate.resolve();
  expect((await inFlight).text).toBe('done');
  await stop;
  expect(events).toEqual(['answered', 'closed']);
  await expect(fetch(running.adminUrl)).rejects.toThrow();
});

test('is not ready but serves for SHUTDOWN_GRACE_MS after the beginning of a stop, and each answer closes its connection', async () => {
  const { log, lines } = memoryLog();
  let stopped = false;
  const settings = { ...addresses, SHUTDOWN_GRACE_MS: 1_000 };
  const running = await serve(
    optionsWith({ settings, log, onStopping: () => log.info('onStopping') }),
  );
  expect((await get(running.url)).headers.get('connection')).toBe('keep-alive');
  const started = performance.now();
  const stop = running.stop().then(() => (stopped = true));
  expect((await get(`${running.adminUrl}/readyz`)).status).toBe(503);
  for (let times = 0; times < 2; times += 1) {
    const answer = await get(running.url);
    expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close']);
  }
  expect(stopped).toBe(false);
  expect(lines.map(({ msg }) => msg)).not.toContain('onStopping');
  await stop;
  expect(performance.now() - started).toBeGreaterThan(900);
  expect(lines.map(({ msg }) => msg)).toContain('onStopping');
  await expect(fetch(running.url)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
});

test.each([
  ['0 in development', { NODE_ENV: 'development' }, 0],
  ['5 s elsewhere', { NODE_ENV: 'production' }, 5_000],
  ['what the setting says', { NODE_ENV: 'production', SHUTDOWN_GRACE_MS: 0 }, 0],
])('has a grace period of %s', async (_, settings, graceMs) => {
  expect(shutdownGraceMs(settings)).toBe(graceMs);
});

test('calls onStopping once when a stop begins without a grace period, so that waiting requests are answered', async () => {
  const arrived = Promise.withResolvers<void>();
  const stopping = Promise.withResolvers<void>();
  let times = 0;
  const running = await serve(
    optionsWith({
      handler: (_req, res) => {
        arrived.resolve();
        void stopping.promise.then(() => res.end('nothing new'));
      },
      onStopping: () => {
        times += 1;
        stopping.resolve();
      },
    }),
  );
  const waiting = get(running.url);
  await arrived.promise;
  await Promise.all([running.stop(), running.stop()]);
  expect([(await waiting).text, times]).toEqual(['nothing new', 1]);
});

test('converts errors of admin routes with `toProblem`', async () => {
  const running = await serve(
    optionsWith({
      routes: [
        {
          method: 'get',
          path: '/broken',
          handle: () => {
            throw new RangeError();
          },
        },
      ],
      toProblem: (error) =>
        error instanceof RangeError ? new Problem('not-ready', 'It is broken') : undefined,
    }),
  );
  const answer = await get(`${running.adminUrl}/broken`);
  expect([answer.status, JSON.parse(answer.text)]).toEqual([
    503,
    expect.objectContaining({ detail: 'It is broken' }),
  ]);
  expect((await get(`${running.url}/broken`)).status).toBe(404);
  await running.stop();
});

test('closes everything when the second address is taken', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  const { port: publicPort } = free.address() as AddressInfo;
  free.close();
  await once(free, 'close');
  let closed = 0;
  const started = serve(
    optionsWith({
      settings: { ...addresses, PORT: publicPort, ADMIN_PORT: port },
      close: () => {
        closed += 1;
      },
    }),
  );
  await expect(started).rejects.toThrow(`Cannot listen on 127.0.0.1:${port}`);
  expect(closed).toBe(1);
  await expect(fetch(`http://127.0.0.1:${publicPort}`)).rejects.toMatchObject({
    cause: { code: 'ECONNREFUSED' },
  });
  other.close();
});
