// What the layers did to a request, in its spans.
import { afterEach, expect, test } from '@jest/globals';
import {
  startOtlpReceiver,
  type OtlpReceiver,
  type ReceivedSpan,
} from 'chassis/testing/otlp-receiver';
import { always } from 'chassis/testing/stub-server';
import { until } from 'chassis/testing/until';
import { startTestbed, type Testbed } from '../support/testbed.ts';

let receiver: OtlpReceiver | undefined;
afterEach(() => receiver?.close());

async function arrange(env: Readonly<Record<string, string>> = {}) {
  const started = await startOtlpReceiver();
  receiver = started;
  const testbed = await startTestbed({
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: started.url, ...env },
  });
  /** Stops the gateway, which exports what is left. */
  const spans = async (): Promise<readonly ReceivedSpan[]> => {
    await testbed.gateway.stop();
    return started.spans;
  };
  return { ...testbed, spans, receiver: started };
}

const named = (spans: readonly ReceivedSpan[], name: string) =>
  spans.filter((span) => span.name === name);
const requestsAt = ({ requests }: Testbed['social'], count: number) =>
  until(`the upstream has ${count} requests`, () => requests.length === count);

test('a fresh author is an event of the request, and no call', async () => {
  const { request, spans } = await arrange();
  await request('/api/users/7');
  await request('/api/users/7');
  const recorded = await spans();
  expect(named(recorded, 'author')).toHaveLength(1);
  const [, second] = named(recorded, 'GET /api/users/:id');
  expect(second?.events).toEqual([
    { name: 'cache lookup', attributes: { 'app.cache.name': 'author', 'app.cache.result': 'hit' } },
  ]);
});

test('a retry is an attempt of its own, numbered', async () => {
  const { request, social, spans } = await arrange();
  social.respondWith((exchange) => {
    social.respondWith();
    always({ status: 503 })(exchange);
  });
  await request('/api/posts/5');
  const attempts = named(await spans(), 'GET posts');
  expect(attempts).toMatchObject([
    { status: 'STATUS_CODE_ERROR', attributes: { 'http.response.status_code': '503' } },
    { status: undefined, attributes: { 'http.response.status_code': '200' } },
  ]);
  expect(attempts[0]?.attributes).not.toHaveProperty(['http.request.resend_count']);
  expect(attempts[1]?.attributes).toHaveProperty(['http.request.resend_count'], '1');
  // Social sees which attempt it answers.
  expect(
    social.requests.map(({ headers }) => String(headers['traceparent']).slice(36, 52)),
  ).toEqual(attempts.map(({ spanId }) => spanId));
});

test('a request that joins another says whose it joined', async () => {
  const { request, social, spans } = await arrange();
  const release = social.hold();
  const first = request('/api/users/6/posts');
  await requestsAt(social, 1);
  const second = request('/api/users/6/posts');
  // The second one has arrived when another request that came after it has.
  const third = request('/api/posts/5');
  await requestsAt(social, 2);
  release();
  await Promise.all([first, second, third]);
  const [leader, joined] = named(await spans(), 'post_page').toSorted(
    (a, b) => a.links.length - b.links.length,
  );
  expect(joined?.events).toEqual([{ name: 'coalesced', attributes: {} }]);
  expect(joined?.links).toEqual([{ traceId: leader?.traceId, spanId: leader?.spanId }]);
});

test('a batch is in one caller’s trace, and links to the others', async () => {
  const { request, spans } = await arrange();
  await request('/api/posts?ids=5,6,7');
  const recorded = await spans();
  const posts = named(recorded, 'post');
  const batch = named(recorded, 'batch').find(({ parentSpanId }) =>
    posts.some(({ spanId }) => spanId === parentSpanId),
  )!;
  expect(batch.attributes).toEqual({ 'app.batch.size': '3' });
  const parties = [batch.parentSpanId, ...batch.links.map(({ spanId }) => spanId)];
  expect(parties.toSorted()).toEqual(posts.map(({ spanId }) => spanId).toSorted());
});

test('a wait for a permit is a span', async () => {
  const { request, spans } = await arrange({ UPSTREAM_CONNECTIONS: '1' });
  // A profile takes two requests to Social.
  await request('/api/users/7/profile');
  expect(named(await spans(), 'wait for a permit')).toHaveLength(1);
});

test('a stale author says so, and why: the breaker is open', async () => {
  const { request, identity, spans } = await arrange({
    AUTHOR_TTL_MS: '1',
    BREAKER_VOLUME: '1',
    BREAKER_RESET_MS: '60000',
  });
  await request('/api/users/7');
  await identity.refuse();
  await request('/api/users/7');
  await request('/api/users/7');
  const requests = named(await spans(), 'GET /api/users/:id');
  expect(requests.map(({ events }) => events.at(-1)?.attributes)).toEqual([
    { 'app.cache.name': 'author', 'app.cache.result': 'miss' },
    { 'app.cache.name': 'author', 'app.cache.result': 'stale', 'error.type': 'refused' },
    { 'app.cache.name': 'author', 'app.cache.result': 'stale', 'error.type': 'open' },
  ]);
});

test('a rejection by a breaker names it', async () => {
  const { request, social, spans } = await arrange({
    BREAKER_VOLUME: '1',
    BREAKER_RESET_MS: '60000',
  });
  await social.refuse();
  await request('/api/users/7/posts');
  await request('/api/users/7/posts');
  const calls = named(await spans(), 'post_page');
  expect(calls.at(-1)).toMatchObject({
    attributes: { 'error.type': 'open' },
    events: [
      {
        name: 'rejected by a breaker',
        attributes: { 'app.breaker.name': 'social', 'app.breaker.state': 'open' },
      },
    ],
  });
});

test('the sampler decides, and tells the upstreams', async () => {
  const { request, social, spans } = await arrange({
    OTEL_TRACES_SAMPLER: 'parentbased_always_off',
  });
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
  await request('/api/posts/5');
  await request('/api/posts/6', {
    headers: { traceparent: `00-${trace}-00f067aa0ba902b7-01` },
  });
  const recorded = await spans();
  expect(new Set(recorded.map(({ traceId }) => traceId))).toEqual(new Set([trace]));
  expect(social.requests.map(({ headers }) => String(headers['traceparent']).slice(-2))).toEqual([
    '00',
    '01',
  ]);
});

test('the exports carry the settings: headers, service name, resource', async () => {
  const {
    request,
    spans,
    receiver: collector,
  } = await arrange({
    OTEL_EXPORTER_OTLP_HEADERS: 'x-api-key=a%20key',
    OTEL_SERVICE_NAME: 'edge',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
  });
  await request('/api/posts/5');
  const [span] = await spans();
  expect(span?.resource).toMatchObject({
    'service.name': 'edge',
    'deployment.environment.name': 'test',
  });
  expect(collector.requests[0]).toMatchObject({
    'x-api-key': 'a key',
    'content-type': 'application/x-protobuf',
  });
});
