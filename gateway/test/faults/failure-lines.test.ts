// The log line of an answer that failed because of an upstream.
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import type { Route } from 'chassis/http/app';
import { createAdmission } from 'chassis/http/admission';
import { edge } from 'chassis/http/edge';
import { createMetrics } from 'chassis/observability/metrics';
import { memoryLog } from 'chassis/testing/memory-log';
import { createApp } from '../../src/app.ts';
import { UpstreamFailure } from '../../src/upstream/engine/failure.ts';
import type { RouteContext } from '../../src/routes/context.ts';
import { request } from 'chassis/testing/http-client';

let server: Server | undefined;
afterEach(() => {
  server?.close();
});

test('logs which upstream caused a 504, and how it failed', async () => {
  const { log, wait } = memoryLog();
  const catalog = { user: () => Promise.reject(new UpstreamFailure('identity', 'timeout')) };
  const limits = { byAddress: (route: Route) => route };
  const context = { catalog, limits, requestDeadlineMs: 5_000, onDegraded: () => undefined };
  const app = createApp(context as unknown as RouteContext, { log });
  const metrics = createMetrics();
  server = createServer(edge(app, { metrics, log, admission: createAdmission({ metrics }) }));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const line = wait(/answered/);
  expect((await request(`http://127.0.0.1:${port}/api/users/1`)).status).toBe(504);
  expect(await line).toMatchObject({ status: '504', cause: 'identity: timeout' });
});
