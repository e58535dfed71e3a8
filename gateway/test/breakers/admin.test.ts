// /breakers of the admin port: as JSON, as an event stream, and the requests that it rejects.
import { once } from 'node:events';
import { request, type IncomingMessage, type ServerResponse } from 'node:http';
import { Writable } from 'node:stream';
import { expect, test } from '@jest/globals';
import type { Request } from 'express';
import { breakerRoutes } from '../../src/admin/breakers.ts';
import type { Breaker, BreakerReport } from '../../src/upstream/engine/breaker.ts';
import { until } from 'chassis/testing/until';
import { breakerStateOf, commandBreaker, tripBreaker } from '../support/breakers.ts';
import { status } from '../support/faulty-responders.ts';
import { startTestbed } from '../support/testbed.ts';

/** Opens the event stream; `text` grows with each event. */
function openStream(url: string) {
  const response = { text: '', type: '' };
  const outgoing = request(url, { headers: { Accept: 'text/event-stream' }, agent: false });
  const opened = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.on('response', resolve).on('error', reject).end();
  }).then((res) => {
    response.type = String(res.headers['content-type']);
    res.setEncoding('utf8').on('data', (part: string) => (response.text += part));
    res.on('error', () => undefined);
  });
  return { response, opened, close: () => outgoing.destroy() };
}

/** Parses the events' data lines, which are JSON. */
const dataOf = (text: string): unknown[] =>
  text
    .split('\n\n')
    .slice(0, -1)
    .map((event) => /^data: ?(.*)$/m.exec(event)?.[1])
    .filter((data) => data !== undefined)
    .map((data) => JSON.parse(data) as unknown);

test('/breakers shows each breaker: its state and when that began, its counts and its settings', async () => {
  const testbed = await startTestbed({ env: { BREAKER_RESET_MS: '777' } });
  await testbed.request('/api/posts/5');
  testbed.social.respondWith(status(500));
  await testbed.request('/api/posts/6');
  const attempts = testbed.social.requests.length;
  await commandBreaker(testbed, 'identity', 'open');
  const response = await testbed.admin('/breakers');
  expect(response.status).toBe(200);
  expect(response.headers['content-type']).toMatch(/^application\/json/);
  expect(response.headers['cache-control']).toBe('no-store');
  const since = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  const settings = { errorPercent: 50, volume: 5, resetMs: 777, windowMs: 10_000 };
  const time = since;
  expect(response.body).toEqual({
    now: time,
    timeline: [{ at: time, breaker: 'identity', to: 'forced_open' }],
    breakers: [
      {
        name: 'identity',
        state: 'forced_open',
        since,
        window: { attempts: 1, successes: 1, failures: 0 },
        probes: 0,
        settings,
      },
      {
        name: 'social',
        state: 'closed',
        since,
        window: { attempts, successes: 1, failures: attempts - 1 },
        lastFailure: 'server-error',
        lastFailureAt: time,
        probes: 0,
        settings,
      },
    ],
  });
});

test.each([
  ['hybrid', ['identity', 'social', 'social-copy']],
  ['aggregate', ['identity', 'social']],
  ['replica', ['identity', 'social']],
])('/breakers of a gateway with the strategy %s has the breakers %j', async (strategy, names) => {
  const testbed = await startTestbed({ env: { AUTHOR_STRATEGY: strategy } });
  const { breakers } = (await testbed.admin('/breakers')).body as { breakers: { name: string }[] };
  expect(breakers.map(({ name }) => name)).toEqual(names);
});

test('an open breaker says when it lets a probe through, how many it has sent, and what failed last', async () => {
  const testbed = await startTestbed({ env: { BREAKER_RESET_MS: '200' } });
  await tripBreaker(testbed, 'social');
  const reportOf = async () => {
    const { body } = await testbed.admin('/breakers');
    const { breakers, now } = body as { breakers: BreakerReport[]; now: string };
    return { ...breakers[1]!, now };
  };
  const opened = await until('the report has the time of the next probe', async () => {
    const report = await reportOf();
    return report.probeAt !== undefined && report;
  });
  const waitMs = Date.parse(opened.probeAt!) - Date.parse(opened.now);
  expect(waitMs).toBeLessThanOrEqual(200);
  expect(opened.lastFailure).toBe('server-error');
  const before = opened.probes;
  await until('further probes are counted', async () => {
    await testbed.request('/api/posts/7');
    return (await reportOf()).probes >= before + 2;
  });
  testbed.social.respondWith();
  await until('it is closed', async () => {
    await testbed.request('/api/posts/8');
    return (await reportOf()).state === 'closed';
  });
  expect(await reportOf()).toMatchObject({ probes: 0 });
  const { timeline } = (await testbed.admin('/breakers')).body as { timeline: object[] };
  // No entry for a probe.
  expect(timeline).toMatchObject([
    { breaker: 'social', to: 'closed' },
    { breaker: 'social', to: 'open', cause: 'server-error' },
  ]);
});

test('an operator gives a reason, which is logged and in the time line', async () => {
  const testbed = await startTestbed();
  const reason = 'Identity is being moved';
  const path = `/breakers/identity/open?reason=${encodeURIComponent(reason)}`;
  expect((await testbed.admin(path, { method: 'POST' })).status).toBe(200);
  const { timeline } = (await testbed.admin('/breakers')).body as { timeline: object[] };
  expect(timeline).toMatchObject([{ breaker: 'identity', to: 'forced_open', reason }]);
  expect(testbed.lines).toContainEqual(
    expect.objectContaining({ upstream: 'identity', mode: 'open', reason }),
  );
});

test.each(['', 'x'.repeat(201), 'two%0Alines'])(
  'a reason such as %j is a 400 and switches nothing',
  async (reason) => {
    const testbed = await startTestbed();
    const path = `/breakers/identity/open?reason=${reason}`;
    expect((await testbed.admin(path, { method: 'POST' })).status).toBe(400);
    expect(await breakerStateOf(testbed, 'identity')).toBe('closed');
  },
);

test('/process has the version and the settings that the environment sets, without secrets', async () => {
  const token = 'a-token-that-is-secret';
  const testbed = await startTestbed({
    env: { IDENTITY_FEED_TOKEN: token, OTEL_EXPORTER_OTLP_HEADERS: `authorization=${token}` },
  });
  const { body, text } = await testbed.admin('/process');
  expect(body).toMatchObject({
    version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    startedAt: expect.stringMatching(/Z$/),
    settings: { AUTHOR_STRATEGY: 'aggregate', IDENTITY_FEED_TOKEN: '[hidden]' },
  });
  expect(text).not.toContain(token);
});

test('the event stream reports a transition to all its clients', async () => {
  const testbed = await startTestbed({ env: { BREAKER_RESET_MS: '60000' } });
  const streams = [1, 2].map(() => openStream(`${testbed.gateway.adminUrl}/breakers`));
  try {
    await Promise.all(streams.map(({ opened }) => opened));
    testbed.identity.respondWith(status(500));
    let id = 0;
    await until('both streams report the open breaker', async () => {
      await testbed.request(`/api/posts/${(id += 1)}`);
      return streams.every(({ response }) =>
        JSON.stringify(dataOf(response.text).at(-1) ?? '').includes('"open"'),
      );
    });
    for (const { response } of streams) {
      expect(response.type).toMatch(/^text\/event-stream/);
      expect(dataOf(response.text).length).toBeGreaterThan(0);
    }
    await testbed.admin('/breakers/identity/auto', { method: 'POST' });
    await testbed.admin('/breakers/social/open', { method: 'POST' });
    await until('both streams report the forced breaker', () =>
      streams.every(({ response }) => /forced_open/.test(response.text)),
    );
  } finally {
    for (const { close } of streams) close();
  }
});

test('HEAD of the event stream has its headers and no body, and ends', async () => {
  const testbed = await startTestbed();
  const response = await testbed.admin('/breakers', {
    method: 'HEAD',
    headers: { Accept: 'text/event-stream' },
  });
  expect([response.status, response.text]).toEqual([200, '']);
  expect(response.headers['content-type']).toMatch(/^text\/event-stream/);
});

test('a client of the event stream that does not read is disconnected before much is buffered for it', async () => {
  const large = { name: 'x'.repeat(30_000), report: () => ({ name: 'x'.repeat(30_000) }) };
  const listeners: (() => void)[] = [];
  let stopped = 0;
  const [route] = breakerRoutes({
    timeline: { list: () => [], force: () => undefined },
    breakers: [large as unknown as Breaker],
    onBreakerChange(listener) {
      listeners.push(listener);
      return () => (stopped += 1);
    },
  });
  const req = { accepts: () => 'text/event-stream' } as unknown as Request;
  const answer = (await route!.handle(req, {})) as { stream: (res: ServerResponse) => void };
  const bufferedBytes: number[] = [];
  // Accepts what is written, and never finishes a write.
  const res = new Writable({ write: () => undefined });
  answer.stream(res as unknown as ServerResponse);
  for (let remaining = 10; remaining > 0 && !res.destroyed; remaining -= 1) {
    listeners[0]!();
    bufferedBytes.push(res.writableLength);
  }
  expect(res.destroyed).toBe(true);
  expect(Math.max(...bufferedBytes)).toBeLessThan(65_536 + 31_000);
  await once(res, 'close');
  expect(stopped).toBe(1);
});

test('a client of the event stream does not keep the gateway from stopping', async () => {
  const testbed = await startTestbed();
  const stream = openStream(`${testbed.gateway.adminUrl}/breakers`);
  await stream.opened;
  const start = performance.now();
  await testbed.gateway.stop();
  expect(performance.now() - start).toBeLessThan(3000);
  stream.close();
});

test.each([
  ['POST', '/breakers/nobody/open', 404],
  ['POST', '/breakers/__proto__/open', 404],
  ['POST', '/breakers/constructor/open', 404],
  ['POST', '/breakers/identity/explode', 404],
  ['GET', '/breakers/identity/open', 405],
  ['DELETE', '/breakers', 405],
])('%s %s is a %i and changes nothing', async (method, path, code) => {
  const testbed = await startTestbed();
  const before = (await testbed.admin('/breakers')).text.match(/"state":"\w+"/g);
  const response = await testbed.admin(path, { method });
  expect(response.status).toBe(code);
  expect(response.headers['content-type']).toMatch(/problem\+json/);
  expect((await testbed.admin('/breakers')).text.match(/"state":"\w+"/g)).toEqual(before);
});

test.each([
  ['another site', { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }],
  ['another origin in an old browser', { Origin: 'https://evil.example' }],
  ['another port of this host', { 'Sec-Fetch-Site': 'same-site' }],
  [
    'a foreign host name that resolves to the gateway',
    { Host: 'evil.example', Origin: 'http://evil.example', 'Sec-Fetch-Site': 'same-origin' },
  ],
])('a page of %s cannot force a breaker', async (_page, headers) => {
  const testbed = await startTestbed();
  const response = await testbed.admin('/breakers/identity/open', { method: 'POST', headers });
  expect(response.status).toBe(403);
  expect(
    await testbed.metric('gateway_breaker_state{upstream="identity",state="forced_open"}'),
  ).toBe(0);
});

test.each(['127.0.0.1:9080', '[::1]:9080', 'localhost:9080', 'gateway:9080'])(
  'the admin page at %s can force a breaker',
  async (host) => {
    const testbed = await startTestbed();
    const headers = { Host: host, Origin: `http://${host}`, 'Sec-Fetch-Site': 'same-origin' };
    const response = await testbed.admin('/breakers/identity/open', { method: 'POST', headers });
    expect(response.status).toBe(200);
  },
);

test('no route of the admin port is reachable through the public port', async () => {
  const testbed = await startTestbed();
  for (const path of ['/breakers', '/history', '/process', '/metrics', '/healthz', '/readyz', '/'])
    expect((await testbed.request(path)).status).toBe(404);
  expect((await testbed.request('/breakers/identity/open', { method: 'POST' })).status).toBe(404);
});

test.each(['/', '/breakers', '/history', '/process', '/metrics', '/healthz', '/readyz'])(
  '%s of the admin port is not for pages whose host name was pointed at it (DNS rebinding)',
  async (path) => {
    const testbed = await startTestbed({ env: { ADMIN_NAMES: 'admin.example.com' } });
    const statusFor = async (Host: string) =>
      (await testbed.admin(path, { headers: { Host } })).status;
    expect(await statusFor('evil.example:9080')).toBe(403);
    expect(await statusFor('gateway:9080')).toBe(200);
    expect(await statusFor('admin.example.com')).toBe(200);
  },
);
