// The client against a real gateway. Its types are checked by the compiler: each `problem.type` below is one of the operation.
import { expect, test } from '@jest/globals';
import { createClient, liveEvents, type LiveEvent } from 'client';
import { until } from 'chassis/testing/until';
import { start } from '../gateway/src/service.ts';
import { bearer } from '../gateway/test/support/session.ts';
import { startTestbed, type Testbed } from '../gateway/test/support/testbed.ts';

const clientFor = ({ gateway, identity }: Testbed, userId = 1) =>
  createClient({ baseUrl: gateway.url, headers: bearer(identity.openSession(userId)) });

test('an answer has the data of its operation, and what its headers say', async () => {
  const client = clientFor(await startTestbed());
  const result = await client.get('/api/posts/{id}', { params: { path: { id: 5 } } });
  if (!result.ok) throw new Error(result.problem.type);
  const name: string | undefined = result.data.author?.username;
  expect([result.data.content, name]).toEqual(['This is post 5.', 'user_6']);
  const { info, degraded } = result;
  expect(degraded).toEqual([]);
  expect(info).toMatchObject({ status: 200, attempts: 1, proxyStatus: [] });
  expect(info.requestId).toMatch(/./);
  expect(info.cacheStatus.map((member) => member.name)).toContain('author');
  expect(Object.keys(info.serverTiming).sort()).toEqual(['identity', 'social']);
});

test('a degraded answer says what is missing, and which upstream failed', async () => {
  const testbed = await startTestbed();
  await testbed.identity.refuse();
  const client = createClient({ baseUrl: testbed.gateway.url });
  const result = await client.get('/api/posts', { params: { query: { ids: [5, 3] } } });
  if (!result.ok) throw new Error(result.problem.type);
  expect(result.data.items.map(({ id, author }) => [id, author])).toEqual([
    [5, null],
    [3, null],
  ]);
  expect(result.degraded).toMatchObject([{ part: 'author', reason: 'unavailable' }]);
  expect(result.info.proxyStatus).toEqual([
    { name: 'identity', parameters: expect.objectContaining({ error: 'connection_refused' }) },
  ]);
});

test('a problem has its type, its faults and the request id of the log', async () => {
  const client = clientFor(await startTestbed());
  const result = await client.post('/api/posts', { body: { content: '' } });
  if (result.ok) throw new Error('The post was accepted');
  // @ts-expect-error -- the operation has no such problem
  expect(result.problem.type === 'urn:social-network:problem:conflict').toBe(false);
  if (result.problem.type !== 'urn:social-network:problem:invalid-request')
    throw new Error(result.problem.type);
  expect(result.problem.errors?.[0]?.pointer).toBe('/body/content');
  expect(result.problem.requestId).toBe(result.info.requestId);
});

test('a write that has no content gives undefined', async () => {
  const client = clientFor(await startTestbed());
  const result = await client.delete('/api/friends/{id}', { params: { path: { id: 2 } } });
  expect(result).toMatchObject({ ok: true, data: undefined, info: { status: 204 } });
});

test('a post whose answer was lost is repeated with its key', async () => {
  const testbed = await startTestbed();
  const { social } = testbed;
  let writes = 0;
  const client = createClient({
    baseUrl: testbed.gateway.url,
    headers: bearer(testbed.identity.openSession(1)),
    async fetch(request) {
      const response = await fetch(request);
      writes += 1;
      if (writes > 1) return response;
      throw new TypeError('the connection broke');
    },
  });
  const result = await client.post('/api/posts', { body: { content: 'Once.' } });
  expect(result).toMatchObject({ ok: true, info: { attempts: 2 } });
  const keys = social.requests
    .filter(({ method }) => method === 'POST')
    .map(({ headers }) => headers['idempotency-key']);
  expect(keys).toHaveLength(2);
  expect(new Set(keys).size).toBe(1);
});

/** Never called: the compiler checks it. */
export function refusedByTheCompiler(): void {
  const client = createClient();
  // @ts-expect-error -- the id is missing
  void client.get('/api/posts/{id}');
  // @ts-expect-error -- no such path
  void client.get('/api/nothing');
  // @ts-expect-error -- no such field
  void client.post('/api/posts', { body: { text: 'Hello.' } });
}

test('the live stream comes back by itself after its end, with all that happened meanwhile', async () => {
  const env = { FOLLOW_LOG: 'true', LOG_LEVEL: 'silent' };
  const { gateway: first, identity, social } = await startTestbed({ env });
  const end = new AbortController();
  const states: unknown[] = [];
  const events: LiveEvent[] = [];
  // The address of the gateway that runs, as behind a balancer.
  let current = first.url;
  const fetchCurrent = (request: Request) =>
    fetch(new Request(current + new URL(request.url).pathname, request));
  const options = {
    baseUrl: first.url,
    headers: bearer(identity.openSession(7)),
    fetch: fetchCurrent,
  };
  const onState = (state: unknown) => void states.push(state);
  const consuming = (async () => {
    for await (const event of liveEvents(options, { signal: end.signal, onState }))
      events.push(event);
  })();
  await until('it is connected', () => states.includes('connected'));
  identity.rename(7, 'first_name');
  await until('the first event came', () => events.length === 1);

  const second = await start({
    ...env,
    PORT: '0',
    ADMIN_PORT: '0',
    IDENTITY_URL: identity.url,
    SOCIAL_URL: social.url,
  });
  current = second.url;
  await first.stop();
  identity.rename(7, 'second_name');
  await until('the second event came', () => events.length === 2, 30_000);
  end.abort();
  await consuming;
  expect(events).toEqual([
    { type: 'user-renamed', id: 7, username: 'first_name' },
    { type: 'user-renamed', id: 7, username: 'second_name' },
  ]);
  await second.stop();
}, 60_000);

test('the live stream ends for a caller without a session, who is told why', async () => {
  const { gateway } = await startTestbed();
  const states: unknown[] = [];
  const events = liveEvents(
    { baseUrl: gateway.url },
    { signal: new AbortController().signal, onState: (state) => void states.push(state) },
  );
  expect(await events.next()).toEqual({ done: true, value: undefined });
  expect(states).toMatchObject([{ type: 'urn:social-network:problem:unauthenticated' }]);
});
