// /breakers of the admin port: as JSON, as an event stream, and what it refuses.
import { once } from 'node:events';
import { request, type IncomingMessage, type ServerResponse } from 'node:http';
import { Writable } from 'node:stream';
import { expect, test } from '@jest/globals';
import type { Request } from 'express';
import { breakerRoutes } from '../../src/admin/breakers.ts';
import type { Breaker } from '../../src/upstream/engine/breaker.ts';
import { until } from '../support/client.ts';
import { status } from '../support/behaviours.ts';
import { stage } from '../support/stage.ts';

/** Opens the event stream; `text` grows as events come. */
function listenTo(url: string) {
  const heard = { text: '', type: '' };
  const outgoing = request(url, { headers: { Accept: 'text/event-stream' }, agent: false });
  const opened = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.on('response', resolve).on('error', reject).end();
  }).then((res) => {
    heard.type = String(res.headers['content-type']);
    res.setEncoding('utf8').on('data', (part: string) => (heard.text += part));
    res.on('error', () => undefined);
  });
  return { heard, opened, close: () => outgoing.destroy() };
}

/** What the events' data lines say, as JSON. */
const dataOf = (text: string): unknown[] =>
  text
    .split('\n\n')
    .slice(0, -1)
    .map((event) => /^data: ?(.*)$/m.exec(event)?.[1])
    .filter((data) => data !== undefined)
    .map((data) => JSON.parse(data) as unknown);

test('/breakers tells of each breaker: state, since when, counts, settings', async () => {
  const it = await stage({ env: { BREAKER_RESET_MS: '777' } });
  const heard = await it.admin('/breakers');
  expect(heard.status).toBe(200);
  expect(heard.headers['content-type']).toMatch(/^application\/json/);
  expect(heard.headers['cache-control']).toBe('no-store');
  expect(heard.text).toMatch(/"identity"/);
  expect(heard.text).toMatch(/"social"/);
  expect(heard.text).toMatch(/"closed"/);
  expect(heard.text).toMatch(/\d{4}-\d\d-\d\dT[\d:.]+Z/);
  expect(heard.text).toMatch(/777/);
});

test.each([
  ['hybrid', ['identity', 'social', 'social-copy']],
  ['aggregate', ['identity', 'social']],
  ['replica', ['identity', 'social']],
])('/breakers of a gateway that is %s has %j', async (strategy, names) => {
  const it = await stage({ env: { AUTHOR_STRATEGY: strategy } });
  const { breakers } = (await it.admin('/breakers')).body as { breakers: { name: string }[] };
  expect(breakers.map(({ name }) => name)).toEqual(names);
});

test('the event stream reports a transition to everybody who listens', async () => {
  const it = await stage({ env: { BREAKER_RESET_MS: '60000' } });
  const streams = [1, 2].map(() => listenTo(`${it.gateway.adminUrl}/breakers`));
  try {
    await Promise.all(streams.map(({ opened }) => opened));
    it.identity.behave(status(500));
    let id = 0;
    await until('both streams tell that it is open', async () => {
      await it.get(`/api/posts/${(id += 1)}`);
      return streams.every(({ heard }) =>
        JSON.stringify(dataOf(heard.text).at(-1) ?? '').includes('"open"'),
      );
    });
    for (const { heard } of streams) {
      expect(heard.type).toMatch(/^text\/event-stream/);
      expect(dataOf(heard.text).length).toBeGreaterThan(0);
    }
    await it.admin('/breakers/identity/auto', { method: 'POST' });
    await it.admin('/breakers/social/open', { method: 'POST' });
    await until('both tell of the forced one', () =>
      streams.every(({ heard }) => /forced_open/.test(heard.text)),
    );
  } finally {
    for (const { close } of streams) close();
  }
});

test('HEAD of the event stream has its headers, and ends', async () => {
  const it = await stage();
  const heard = await it.admin('/breakers', {
    method: 'HEAD',
    headers: { Accept: 'text/event-stream' },
  });
  expect([heard.status, heard.text]).toEqual([200, '']);
  expect(heard.headers['content-type']).toMatch(/^text\/event-stream/);
});

test('a listener that does not read is cut off before much waits for it', async () => {
  const large = { name: 'x'.repeat(30_000), report: () => ({ name: 'x'.repeat(30_000) }) };
  const listeners: (() => void)[] = [];
  let stopped = 0;
  const [route] = breakerRoutes({
    breakers: [large as unknown as Breaker],
    onBreakerChange(listener) {
      listeners.push(listener);
      return () => (stopped += 1);
    },
  });
  const req = { accepts: () => 'text/event-stream' } as unknown as Request;
  const answer = (await route!.handle(req, {})) as { stream: (res: ServerResponse) => void };
  const waiting: number[] = [];
  // Takes what is written, and is never done with it.
  const res = new Writable({ write: () => undefined });
  answer.stream(res as unknown as ServerResponse);
  for (let left = 10; left > 0 && !res.destroyed; left -= 1) {
    listeners[0]!();
    waiting.push(res.writableLength);
  }
  expect(res.destroyed).toBe(true);
  expect(Math.max(...waiting)).toBeLessThan(65_536 + 31_000);
  await once(res, 'close');
  expect(stopped).toBe(1);
});

test('a listener does not keep the gateway from stopping', async () => {
  const it = await stage();
  const stream = listenTo(`${it.gateway.adminUrl}/breakers`);
  await stream.opened;
  const start = performance.now();
  await it.gateway.stop();
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
  const it = await stage();
  const before = (await it.admin('/breakers')).text.match(/"state":"\w+"/g);
  const heard = await it.admin(path, { method });
  expect(heard.status).toBe(code);
  expect(heard.headers['content-type']).toMatch(/problem\+json/);
  expect((await it.admin('/breakers')).text.match(/"state":"\w+"/g)).toEqual(before);
});

test.each([
  ['another site', { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }],
  ['another origin, by an old browser', { Origin: 'https://evil.example' }],
  ['another port of this host', { 'Sec-Fetch-Site': 'same-site' }],
  [
    'a name that was let point here',
    { Host: 'evil.example', Origin: 'http://evil.example', 'Sec-Fetch-Site': 'same-origin' },
  ],
])('a page of %s cannot force a breaker', async (_whose, headers) => {
  const it = await stage();
  const heard = await it.admin('/breakers/identity/open', { method: 'POST', headers });
  expect(heard.status).toBe(403);
  expect(await it.metric('gateway_breaker_state{upstream="identity",state="forced_open"}')).toBe(0);
});

test.each(['127.0.0.1:9080', '[::1]:9080', 'localhost:9080', 'gateway:9080'])(
  'the page for people can, when it is read at %s',
  async (host) => {
    const it = await stage();
    const headers = { Host: host, Origin: `http://${host}`, 'Sec-Fetch-Site': 'same-origin' };
    const heard = await it.admin('/breakers/identity/open', { method: 'POST', headers });
    expect(heard.status).toBe(200);
  },
);

test('nothing of the admin port is reachable through the public one', async () => {
  const it = await stage();
  for (const path of ['/breakers', '/metrics', '/healthz', '/readyz', '/'])
    expect((await it.get(path)).status).toBe(404);
  expect((await it.get('/breakers/identity/open', { method: 'POST' })).status).toBe(404);
});
