// GET /api/live on real sockets: what arrives at whom, how a stream resumes, and what ends it.
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Running } from 'chassis/process/process';
import { until } from 'chassis/testing/until';
import { start } from '../../src/service.ts';
import { connectLive, type LiveClient } from '../support/live-client.ts';
import { bearer, cookies, sameOrigin } from '../support/session.ts';
import { startTestbed, type Testbed } from '../support/testbed.ts';

const env = { FOLLOW_LOG: 'true', AUTHOR_STRATEGY: 'hybrid', LOG_LEVEL: 'silent' };
/** In the fake Social, user 7 has the friends 8, 9 and 10. */
const VIEWER = 7;

const clients: LiveClient[] = [];
const others: Running[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await Promise.all(others.splice(0).map((gateway) => gateway.stop()));
});

async function connect(
  { url }: Pick<Running, 'url'>,
  headers: Readonly<Record<string, string>>,
  query?: string,
): Promise<LiveClient> {
  const client = await connectLive(url, headers, query);
  clients.push(client);
  return client;
}

const untilReady = ({ url }: Running, headers: Readonly<Record<string, string>>) =>
  until('the gateway has read the logs', async () => {
    const client = await connect({ url }, headers);
    client.close();
    return client.status === 200;
  });

async function arrange(extra: Readonly<Record<string, string>> = {}) {
  const testbed = await startTestbed({ env: { ...env, ...extra } });
  const headers = bearer(testbed.identity.openSession(VIEWER));
  await untilReady(testbed.gateway, headers);
  await until(
    'no stream is left',
    async () => (await testbed.metric('gateway_live_streams')) === 0,
  );
  return { ...testbed, headers };
}

async function startOther({ identity, social }: Testbed): Promise<Running> {
  const gateway = await start({
    ...env,
    PORT: '0',
    ADMIN_PORT: '0',
    WEB: 'off',
    IDENTITY_URL: identity.url,
    SOCIAL_URL: social.url,
  });
  others.push(gateway);
  return gateway;
}

const summaryOf = (messages: LiveClient['messages']) =>
  messages.map(({ name, data }) => [name, data]);

describe('a stream', () => {
  test('has the posts of the viewer and of friends, and those of nobody else', async () => {
    const { gateway, social, headers } = await arrange();
    const { next } = await connect(gateway, headers);
    social.log.post('PostCreated', 1000, 30);
    social.log.post('PostCreated', 1001, 8);
    social.log.post('PostChanged', 1001, 8);
    social.log.post('PostDeleted', 6, VIEWER);
    expect(summaryOf(await next(3))).toEqual([
      ['post-created', { id: 1001, authorId: 8 }],
      ['post-changed', { id: 1001, authorId: 8 }],
      ['post-deleted', { id: 6, authorId: VIEWER }],
    ]);
  });

  test('has a post that is written through another gateway', async () => {
    const testbed = await arrange();
    const other = await startOther(testbed);
    await untilReady(other, testbed.headers);
    const { next } = await connect(other, testbed.headers);
    const { status } = await testbed.request('/api/posts', {
      method: 'POST',
      json: { content: 'hello' },
      headers: bearer(testbed.identity.openSession(8)),
    });
    expect(status).toBe(201);
    expect(summaryOf(await next(1))).toMatchObject([['post-created', { authorId: 8 }]]);
  });

  test('follows friendships: a new friend is seen, a former one is not', async () => {
    const { gateway, social, headers } = await arrange();
    const { next } = await connect(gateway, headers);
    social.log.friendship('FriendshipRequested', 30, VIEWER);
    social.log.friendship('FriendshipRequested', 30, 31);
    social.log.friendship('FriendshipAccepted', VIEWER, 30);
    social.log.post('PostCreated', 1000, 30);
    social.log.friendship('FriendshipEnded', 8, VIEWER);
    social.log.post('PostCreated', 1001, 8);
    social.log.post('PostCreated', 1002, 9);
    expect(summaryOf(await next(5))).toEqual([
      ['friend-requested', { id: 30, direction: 'incoming' }],
      ['friend-accepted', { id: 30 }],
      ['post-created', { id: 1000, authorId: 30 }],
      ['friend-removed', { id: 8 }],
      ['post-created', { id: 1002, authorId: 9 }],
    ]);
  });

  test('has the new names of the viewer and of friends', async () => {
    const { gateway, identity, headers } = await arrange();
    const { next } = await connect(gateway, headers);
    identity.rename(30, 'stranger');
    identity.rename(8, 'friend');
    expect(summaryOf(await next(1))).toEqual([['user-renamed', { id: 8, username: 'friend' }]]);
  });

  test('says that a breaker has opened, also to a client that comes later, and that it has closed', async () => {
    const { gateway, admin, headers } = await arrange();
    const first = await connect(gateway, headers);
    await admin('/breakers/identity/open', { method: 'POST' });
    const away = ['upstream', { name: 'identity', available: false }];
    expect(summaryOf(await first.next(1))).toEqual([away]);
    const second = await connect(gateway, headers);
    expect(summaryOf(await second.next(1))).toEqual([away]);
    await admin('/breakers/identity/close', { method: 'POST' });
    const back = ['upstream', { name: 'identity', available: true }];
    expect(summaryOf(await second.next(2))).toEqual([away, back]);
  });

  test('is neither stored, compressed nor held back, and works with cookies', async () => {
    const { gateway, identity } = await arrange();
    const browser = { ...cookies(identity.openSession(VIEWER)), 'Accept-Encoding': 'br, gzip' };
    const { headers, status } = await connect(gateway, browser);
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    });
    expect(headers['content-encoding']).toBeUndefined();
  });

  test('has no place among the requests in flight', async () => {
    const { gateway, headers, request, metric } = await arrange({ MAX_IN_FLIGHT: '2' });
    for (let count = 0; count < 4; count += 1)
      expect((await connect(gateway, headers)).status).toBe(200);
    expect(await metric('gateway_live_streams')).toBe(4);
    expect((await request('/api/posts/6')).status).toBe(200);
  });
});

describe('a client that comes back', () => {
  test('gets what it has missed, once, also from a gateway that has just started', async () => {
    const testbed = await arrange();
    const { gateway, social, identity, headers } = testbed;
    const before = await connect(gateway, headers);
    social.log.post('PostCreated', 1000, 8);
    await before.next(1);
    before.close();
    social.log.friendship('FriendshipEnded', 9, VIEWER);
    social.log.post('PostCreated', 1001, 9);
    social.log.post('PostCreated', 1002, 10);
    identity.rename(10, 'renamed');
    const other = await startOther(testbed);
    await untilReady(other, headers);
    let lastId = '';
    for (const place of [gateway, other]) {
      const back = await connect(place, { ...headers, 'Last-Event-ID': before.lastId() });
      expect(summaryOf(await back.next(3))).toEqual([
        ['friend-removed', { id: 9 }],
        ['post-created', { id: 1002, authorId: 10 }],
        ['user-renamed', { id: 10, username: 'renamed' }],
      ]);
      lastId = back.lastId();
    }
    // With the newest id there is nothing to repeat, and the stream goes on.
    const query = `?lastEventId=${encodeURIComponent(lastId)}`;
    const again = await connect(gateway, headers, query);
    social.log.post('PostChanged', 1002, 10);
    expect(summaryOf(await again.next(1))).toEqual([['post-changed', { id: 1002, authorId: 10 }]]);
  });

  test('is told to load everything anew when its id is unknown, from another log, or too old', async () => {
    const { gateway, social, headers } = await arrange({ LIVE_HISTORY_EVENTS: '3' });
    const { lastId, close } = await connect(gateway, headers);
    const old = lastId();
    close();
    const watching = await connect(gateway, headers);
    for (let id = 1000; id < 1010; id += 1) social.log.post('PostCreated', id, 8);
    await watching.next(10);
    const newest = watching.lastId();
    const foreign = newest.replace(/\.[0-9a-f]{16}/, '.ffffffffffffffff');
    expect(foreign).not.toBe(newest);
    for (const id of [old, foreign, 'nonsense', '9'.repeat(40)]) {
      const back = await connect(gateway, { ...headers, 'Last-Event-ID': id });
      expect(summaryOf(await back.next(1))).toEqual([['reset', {}]]);
      expect(back.lastId()).toBe(newest);
    }
  });

  test('is told so on its open stream when the log itself has another history', async () => {
    const { gateway, social, headers } = await arrange();
    const { next } = await connect(gateway, headers);
    social.log.post('PostCreated', 1001, 8);
    await next(1);
    social.log.replace([]);
    const found = await until('the stream is reset', async () => (await next(2))[1]);
    expect([found.name, found.data]).toEqual(['reset', {}]);
    social.log.post('PostCreated', 1002, 8);
    expect(summaryOf(await next(3))[2]).toEqual(['post-created', { id: 1002, authorId: 8 }]);
  }, 15_000);
});

describe('a stream ends', () => {
  test('within a second of the end of its session elsewhere', async () => {
    const { identity, gateway } = await arrange();
    const [first, second] = (await Promise.all(
      ['a', 'b'].map((sid) => connect(gateway, bearer(identity.openSession(VIEWER, { sid })))),
    )) as [LiveClient, LiveClient];
    identity.endSession('a');
    const endedAt = performance.now();
    await first.ended;
    expect(performance.now() - endedAt).toBeLessThan(1_000);
    identity.rename(8, 'friend');
    expect(await second.next(1)).toHaveLength(1);
  });

  test('with the log-out of its session, and not with that of another one', async () => {
    const { gateway, identity, request } = await arrange();
    const sessions = ['a', 'b'].map((sid) => identity.openSession(VIEWER, { sid }));
    const [first, second] = (await Promise.all(
      sessions.map((session) => connect(gateway, bearer(session))),
    )) as [LiveClient, LiveClient];
    await request('/api/auth/logout', {
      method: 'POST',
      headers: { ...cookies(sessions[0]!), ...sameOrigin({ gateway }) },
    });
    await first.ended;
    identity.rename(8, 'friend');
    expect(await second.next(1)).toHaveLength(1);
  });

  test('with the account', async () => {
    const { gateway, identity, headers } = await arrange();
    const { ended } = await connect(gateway, headers);
    identity.rename(VIEWER, null);
    await ended;
  });

  test('when its access token expires', async () => {
    const { gateway, identity, metric } = await arrange();
    const exp = Math.floor(Date.now() / 1000) + 2;
    const { ended, status } = await connect(gateway, bearer(identity.openSession(VIEWER, { exp })));
    expect(status).toBe(200);
    await ended;
    expect(Date.now()).toBeGreaterThanOrEqual(exp * 1000);
    expect(await metric('gateway_live_ended_total{reason="expired"}')).toBe(1);
  });

  test('when the gateway stops, with a time to come back', async () => {
    const { gateway, headers } = await arrange();
    const { ended, retryMs } = await connect(gateway, headers);
    expect(retryMs()).toBe(2000);
    await gateway.stop();
    await ended;
    expect(retryMs()).not.toBe(2000);
    expect(retryMs()).toBeLessThanOrEqual(10_000);
  });
});

describe('a stream is refused', () => {
  test('without a session, and while the logs were never read', async () => {
    const { request, identity } = await startTestbed({ env: { LOG_LEVEL: 'silent' } });
    expect((await request('/api/live')).status).toBe(401);
    const headers = bearer(identity.openSession(VIEWER));
    const { status, headers: fields } = await request('/api/live', { headers });
    expect([status, fields['retry-after']]).toEqual([503, '2']);
  });

  test('above the limits of a user, an address and the process, until another one ends', async () => {
    const limits = { LIVE_PER_USER: '1', LIVE_PER_ADDRESS: '3', LIVE_STREAMS: '2' };
    const { gateway, identity, request, metric, headers } = await arrange(limits);
    const first = await connect(gateway, headers);
    expect((await request('/api/live', { headers })).status).toBe(429);
    await connect(gateway, bearer(identity.openSession(8)));
    const third = bearer(identity.openSession(9));
    expect((await request('/api/live', { headers: third })).status).toBe(503);
    first.close();
    await until('a stream has ended', async () => (await metric('gateway_live_streams')) === 1);
    expect((await connect(gateway, third)).status).toBe(200);
  });
});
