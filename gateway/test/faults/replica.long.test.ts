// What can go wrong around Social's copy: whatever Identity does wrong, the copy stands in; whatever the copy does wrong,
// no post is lost by it.
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
import { completePost } from '../support/fixtures.ts';

const COPY = /^\/api\/authors/;
/** Short where the fault is to be slow; long where it is quick, so that a busy machine does not make it slow. */
const deadline = ({ status: code }: Fault) => (code === 504 ? 300 : 2000);
const quick = {
  AUTHOR_STRATEGY: 'hybrid',
  BREAKER_RESET_MS: '50',
  UPSTREAM_MAX_BYTES: '65536',
};
const patient = { REQUEST_DEADLINE_MS: '9000' };
const authorless = (id: number) => ({ ...completePost(id), author: null });

mockDns();

describe.each(faults)('Identity $name', (fault) => {
  const deadlineMs = deadline(fault);

  test('the author comes from the copy, in time, and says so; then it heals', async () => {
    const env = { ...quick, AUTHOR_DEADLINE_MS: String(deadlineMs) };
    const { identity, social, request } = await startTestbed({
      hosts: { identity: fault.host },
      env,
    });
    await fault.inject(identity);

    // Until the breaker opens, and beyond.
    for (let id = 5; id < 12; id += 1) {
      const response = await request(`/api/posts/${id}`);
      expect(response.body).toEqual(completePost(id));
      expectDegraded(response);
      expect(member(response, 'cache-status', 'author')).toBe('author; fwd=miss; detail=replica');
      if (id === 5) expectProxyStatus(response, 'identity', fault.proxyStatus);
      expectNoInternals(response, identity, social);
      expect(response.ms).toBeLessThan(deadlineMs + MARGIN_MS);
    }

    await restore(identity);
    await until('the answer is whole', async () => {
      return (await request('/api/posts/5')).headers['etag'] !== undefined;
    });
  });
});

describe.each(faults.filter(({ behaviour }) => behaviour !== undefined))(
  'without Identity, the copy $name',
  (fault) => {
    const deadlineMs = deadline(fault);

    test('every post comes without its author, in time, and Social’s breaker hears nothing of it', async () => {
      const env = { ...quick, AUTHOR_DEADLINE_MS: String(deadlineMs), BREAKER_VOLUME: '3' };
      const testbed = await startTestbed({ env });
      await testbed.identity.refuse();
      testbed.social.respondWith(only(COPY, fault.behaviour!));

      for (let id = 5; id < 12; id += 1) {
        const response = await testbed.request(`/api/posts/${id}`);
        expect(response.body).toEqual(authorless(id));
        expectDegraded(response);
        if (id === 5) expectProxyStatus(response, 'social', fault.proxyStatus);
        expectNoInternals(response, testbed.identity, testbed.social);
        expect(response.ms).toBeLessThan(deadlineMs + MARGIN_MS);
      }
      expect(await breakerStateOf(testbed, 'social')).toBe('closed');

      testbed.social.respondWith();
      const response = await until('the copy is asked again', async () => {
        const again = await testbed.request('/api/posts/5');
        return member(again, 'cache-status', 'author')?.includes('replica') === true && again;
      });
      expect(response.body).toEqual(completePost(5));
    });
  },
);

describe('a copy that does not answer', () => {
  const REFUSED = 'gateway_rejections_total{upstream="identity",reason="breaker_open"}';
  const env = { AUTHOR_STRATEGY: 'hybrid', BREAKER_VOLUME: '2' };

  test('leaves posts their connections: at most a quarter of them wait for it', async () => {
    const testbed = await startTestbed({
      env: { ...env, UPSTREAM_CONNECTIONS: '4', AUTHOR_DEADLINE_MS: '8000', ...patient },
    });
    await commandBreaker(testbed, 'identity', 'open');
    const release = testbed.social.hold(COPY);
    const answers = [];
    // One after the other, so that their authors are not one request.
    for (let id = 1; id <= 8; id += 1) {
      answers.push(testbed.request(`/api/posts/${id}`));
      await until('Social is asked for the post', () => testbed.social.count(/posts/) === id, 2000);
      await until('its author is wanted', async () => (await testbed.metric(REFUSED)) === id);
    }
    expect(testbed.social.count(COPY)).toBe(1);
    release();
    for (const [at, response] of (await Promise.all(answers)).entries())
      expect(response.body).toEqual(completePost(at + 1));
  });

  test('costs no time any more once it is known for that', async () => {
    const { request, identity, social } = await startTestbed({
      env: { ...env, AUTHOR_DEADLINE_MS: '300' },
    });
    await identity.refuse();
    social.respondWith(only(COPY, silent));
    let id = 5;
    const response = await until('nobody waits for it', async () => {
      const next = await request(`/api/posts/${(id += 1)}`);
      return member(next, 'proxy-status', 'social')?.includes('unavailable') === true && next;
    });
    expect(response.body).toEqual(authorless(id));
    const before = social.count(COPY);
    for (let more = 0; more < 3; more += 1) await request(`/api/posts/${(id += 1)}`);
    expect(social.count(COPY)).toBe(before);
  });
});

test('while Social’s breaker is open, the copy is not asked, nor does it take the probe’s place', async () => {
  const testbed = await startTestbed({
    env: { ...quick, BREAKER_RESET_MS: '60000', BREAKER_VOLUME: '2' },
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
