// Consuming the social event log: a post that was changed elsewhere is not answered from the cache.
import { afterEach, expect, test } from '@jest/globals';
import { until } from 'chassis/testing/until';
import { clientOf } from 'chassis/testing/http-client';
import type { Running } from 'chassis/process/process';
import { conformance } from 'contracts/conformance/conformance';
import { start } from '../../src/service.ts';
import { bearer } from '../support/session.ts';
import { startTestbed, type Testbed } from '../support/testbed.ts';

/** Nothing expires in this time, so only an event can cause a new request. */
const env = { FOLLOW_LOG: 'true', POST_TTL_MS: '600000', LOG_LEVEL: 'silent' };
/** A change shows within a second. */
const SOON_MS = 1000;

let second: Running | undefined;
afterEach(() => second?.stop());

const waiting = ({ social }: Testbed, gateways: number) =>
  until('the gateways wait for new events', () => {
    const polls = social.requests.filter(({ path }) =>
      path.startsWith(`/api/social-events?lastEventId=${social.log.endOffset}&timeout=2500`),
    );
    return polls.length >= gateways;
  });

async function twoGateways() {
  const testbed = await startTestbed({ env });
  second = await start({
    ...env,
    PORT: '0',
    ADMIN_PORT: '0',
    WEB: 'off',
    REQUEST_DEADLINE_MS: '5000',
    IDENTITY_URL: testbed.identity.url,
    SOCIAL_URL: testbed.social.url,
  });
  await waiting(testbed, 2);
  const other = clientOf(second.url, conformance('gateway'));
  const author = bearer(testbed.identity.openSession(7));
  return { ...testbed, other, author };
}

const contentOf = ({ body }: { body: unknown }) => (body as { content?: string }).content;

test('a post changed through one gateway is new at the other within a second', async () => {
  const { request, other, author } = await twoGateways();
  const old = contentOf(await other('/api/posts/6'));
  const change = { method: 'PATCH', json: { content: 'new' }, headers: author } as const;
  expect((await request('/api/posts/6', change)).status).toBe(200);
  expect(old).not.toBe('new');
  await until(
    'the post is new',
    async () => contentOf(await other('/api/posts/6')) === 'new',
    SOON_MS,
  );
});

test('a post deleted through one gateway is a 404 at the other within a second', async () => {
  const { request, other, author } = await twoGateways();
  expect((await other('/api/posts/6')).status).toBe(200);
  await request('/api/posts/6', { method: 'DELETE', headers: author });
  await until(
    'the post is a 404',
    async () => (await other('/api/posts/6')).status === 404,
    SOON_MS,
  );
});

test('events of friendships and of unknown types invalidate nothing', async () => {
  const testbed = await startTestbed({ env });
  await waiting(testbed, 1);
  await testbed.request('/api/posts/6');
  testbed.social.log.friendship('FriendshipAccepted', 6, 7);
  testbed.social.log.add({ type: 'PostLiked', data: { id: 6 } });
  testbed.social.log.add({ type: 'PostChanged', data: { id: 'six' } });
  await until('the events are read', async () => {
    const broken = await testbed.metric('gateway_social_log_events_total{outcome="broken"}');
    return broken === 1;
  });
  expect(await testbed.metric('gateway_social_log_events_total{outcome="skipped"}')).toBe(1);
  testbed.social.clearRequests();
  await testbed.request('/api/posts/6');
  expect(testbed.social.count(/posts/)).toBe(0);
});
