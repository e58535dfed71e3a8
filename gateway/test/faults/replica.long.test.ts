// Faults around Social's replica: under every fault of Identity the names come from the replica, and under every fault of
// the replica all posts are served.
import { describe, expect, test } from '@jest/globals';
import { only, silent, status } from '../support/faulty-responders.ts';
import { commandBreaker, breakerStateOf } from '../support/breakers.ts';
import { until } from 'chassis/testing/until';
import {
  expectDegraded,
  expectNoInternals,
  expectProxyStatus,
  MARGIN_MS,
  member,
} from '../support/expectations.ts';
import { faults, restore, type Fault } from '../support/faults.ts';
import { mockDns } from '../support/mock-dns.ts';
import { startTestbed } from '../support/testbed.ts';
import { degradedPost, replicaPost } from '../support/fixtures.ts';

const REPLICA = /^\/api\/authors/;
/** Short for a fault that is a timeout; long for the others, so that a busy machine does not make them time out. */
const deadline = ({ status: code }: Fault) => (code === 504 ? 300 : 2000);
const baseEnv = {
  AUTHOR_STRATEGY: 'hybrid',
  BREAKER_RESET_MS: '50',
  UPSTREAM_MAX_BYTES: '65536',
};
const longDeadline = { REQUEST_DEADLINE_MS: '9000' };

mockDns();

describe.each(faults)('Identity $name', (fault) => {
  const deadlineMs = deadline(fault);

  test('serves the author from the replica in time, marked as degraded, until Identity recovers', async () => {
    const env = { ...baseEnv, AUTHOR_DEADLINE_MS: String(deadlineMs) };
    const { identity, social, request } = await startTestbed({
      hosts: { identity: fault.host },
      env,
    });
    await fault.inject(identity);

    // Enough requests to open the breaker, and more.
    for (let id = 5; id < 12; id += 1) {
      const response = await request(`/api/posts/${id}`);
      expect(response.body).toEqual(replicaPost(id));
      expectDegraded(response);
      expect(member(response, 'cache-status', 'author')).toBe('author; fwd=miss; detail=replica');
      if (id === 5) expectProxyStatus(response, 'identity', fault.proxyStatus);
      expectNoInternals(response, identity, social);
      expect(response.ms).toBeLessThan(deadlineMs + MARGIN_MS);
    }

    await restore(identity);
    await until('the answer is complete', async () => {
      return (await request('/api/posts/5')).headers['etag'] !== undefined;
    });
  });
});

describe.each(faults.filter(({ responder }) => responder !== undefined))(
  'without Identity, the replica $name',
  (fault) => {
    const deadlineMs = deadline(fault);

    test('serves every post without its author in time, and does not count the failures in Social’s breaker', async () => {
      const env = { ...baseEnv, AUTHOR_DEADLINE_MS: String(deadlineMs), BREAKER_VOLUME: '3' };
      const testbed = await startTestbed({ env });
      await testbed.identity.refuse();
      testbed.social.respondWith(only(REPLICA, fault.responder!));

      for (let id = 5; id < 12; id += 1) {
        const response = await testbed.request(`/api/posts/${id}`);
        expect(response.body).toEqual(degradedPost(id));
        expectDegraded(response);
        if (id === 5) expectProxyStatus(response, 'social', fault.proxyStatus);
        expectNoInternals(response, testbed.identity, testbed.social);
        expect(response.ms).toBeLessThan(deadlineMs + MARGIN_MS);
      }
      expect(await breakerStateOf(testbed, 'social')).toBe('closed');

      testbed.social.respondWith();
      const response = await until('the author comes from the replica again', async () => {
        const again = await testbed.request('/api/posts/5');
        return member(again, 'cache-status', 'author')?.includes('replica') === true && again;
      });
      expect(response.body).toEqual(replicaPost(5));
    });
  },
);

describe('a replica that does not answer', () => {
  const REJECTIONS = 'gateway_rejections_total{upstream="identity",reason="breaker_open"}';
  const env = { AUTHOR_STRATEGY: 'hybrid', BREAKER_VOLUME: '2' };

  test('takes at most a quarter of the connections to Social, so that posts are still served', async () => {
    const testbed = await startTestbed({
      env: { ...env, UPSTREAM_CONNECTIONS: '4', AUTHOR_DEADLINE_MS: '8000', ...longDeadline },
    });
    await commandBreaker(testbed, 'identity', 'open');
    const release = testbed.social.hold(REPLICA);
    const answers = [];
    // One after the other, so that their authors are not one batch.
    for (let id = 1; id <= 8; id += 1) {
      answers.push(testbed.request(`/api/posts/${id}`));
      await until(
        'Social has the request for the post',
        () => testbed.social.count(/posts/) === id,
        2000,
      );
      await until(
        'Identity’s breaker has rejected the author',
        async () => (await testbed.metric(REJECTIONS)) === id,
      );
    }
    expect(testbed.social.count(REPLICA)).toBe(1);
    release();
    for (const [at, response] of (await Promise.all(answers)).entries())
      expect(response.body).toEqual(replicaPost(at + 1));
  });

  test('delays no answers after its breaker has opened', async () => {
    const { request, identity, social } = await startTestbed({
      env: { ...env, AUTHOR_DEADLINE_MS: '300' },
    });
    await identity.refuse();
    social.respondWith(only(REPLICA, silent));
    let id = 5;
    const response = await until('the breaker of the replica rejects', async () => {
      const next = await request(`/api/posts/${(id += 1)}`);
      return member(next, 'proxy-status', 'social')?.includes('unavailable') === true && next;
    });
    expect(response.body).toEqual(degradedPost(id));
    const before = social.count(REPLICA);
    for (let more = 0; more < 3; more += 1) await request(`/api/posts/${(id += 1)}`);
    expect(social.count(REPLICA)).toBe(before);
  });
});

test('sends nothing to the replica while Social’s breaker is open, not even as the probe', async () => {
  const testbed = await startTestbed({
    env: { ...baseEnv, BREAKER_RESET_MS: '60000', BREAKER_VOLUME: '2' },
  });
  await testbed.identity.refuse();
  testbed.social.respondWith(status(500));
  await until('the breaker opens', async () => {
    await testbed.request('/api/posts/5');
    return (await breakerStateOf(testbed, 'social')) === 'open';
  });
  testbed.social.respondWith();
  testbed.social.clearRequests();
  expect((await testbed.request('/api/users/6')).status).toBe(503);
  expect(testbed.social.requests).toEqual([]);
});
