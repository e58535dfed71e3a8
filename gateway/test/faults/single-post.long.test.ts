// Every fault of the closed list, at each upstream, over real sockets: what the client gets, how soon, and the recovery.
import { describe, expect, test } from '@jest/globals';
import { until } from 'chassis/testing/until';
import {
  expectDegraded,
  expectNoInternals,
  expectProblem,
  expectProxyStatus,
  MARGIN_MS,
  member,
} from '../support/expectations.ts';
import { faults, restore, quirks, type Fault } from '../support/faults.ts';
import { mockDns } from '../support/mock-dns.ts';
import { completePost, degradedPost, authorOf, postOf } from '../support/fixtures.ts';
import { userOf } from 'chassis/testing/users';
import { startTestbed } from '../support/testbed.ts';

/** Short for a fault that is a timeout; long for the others, so that a busy machine does not make them time out. */
const deadlines = ({ status }: Fault) =>
  status === 504 ? { author: 100, request: 400 } : { author: 1000, request: 2000 };
const baseEnv = { BREAKER_RESET_MS: '50', UPSTREAM_MAX_BYTES: '65536' };

mockDns();

describe.each(faults)('Identity $name', (fault) => {
  const deadlineMs = deadlines(fault).author;
  const hosts = { identity: fault.host };
  const env = { ...baseEnv, AUTHOR_DEADLINE_MS: String(deadlineMs) };

  test('serves the post without its author in time, marked as degraded, until Identity recovers', async () => {
    const { identity, social, request } = await startTestbed({ hosts, env });
    await fault.inject(identity);

    const first = await request('/api/posts/5');
    expect(first.body).toEqual(degradedPost(5));
    expectDegraded(first);
    expectProxyStatus(first, 'identity', fault.proxyStatus);
    expectNoInternals(first, identity, social);
    expect(first.ms).toBeLessThan(deadlineMs + MARGIN_MS);

    // Enough requests to open the breaker, and more.
    for (let id = 6; id < 12; id += 1) {
      const next = await request(`/api/posts/${id}`);
      expect(next.body).toEqual(degradedPost(id));
      expect(next.ms).toBeLessThan(deadlineMs + MARGIN_MS);
    }
    expect(identity.count(/elsewhere/)).toBe(0);

    await restore(identity);
    for (const id of [5, 900]) {
      const complete = await until('the author is in the answer', async () => {
        const response = await request(`/api/posts/${id}`);
        expect(response.status).toBe(200);
        return response.headers['etag'] !== undefined && response;
      });
      expect(complete.body).toEqual(completePost(id));
      expect(complete.headers['proxy-status']).toBeUndefined();
    }
  });

  test('answers a client that prefers strict handling with a 503 that names the missing part', async () => {
    const { identity, social, request } = await startTestbed({ hosts, env });
    await fault.inject(identity);

    const strict = await request('/api/posts/5', { headers: { Prefer: 'handling=strict' } });
    expectProblem(strict, 503, 'incomplete-answer', '/api/posts/5');
    expect((strict.body as { detail: string }).detail).toMatch(/author/);
    expect(strict.headers['preference-applied']).toBe('handling=strict');
    expectProxyStatus(strict, 'identity', fault.proxyStatus);
    expectNoInternals(strict, identity, social);
    expect(strict.ms).toBeLessThan(deadlineMs + MARGIN_MS);
  });

  test('serves a stale author, marked as degraded', async () => {
    const { identity, social, request } = await startTestbed({
      hosts,
      env: { ...env, AUTHOR_TTL_MS: '1' },
    });
    await until('the author is in the answer', async () => {
      return (await request('/api/posts/5')).headers['etag'] !== undefined;
    });
    await fault.inject(identity);

    // The entry expires after a millisecond.
    const stale = await until('the author is stale', async () => {
      const response = await request('/api/posts/5');
      return response.headers['proxy-status'] !== undefined && response;
    });
    expect(stale.body).toEqual(degradedPost(5, 'stale', userOf(authorOf(5))));
    expectDegraded(stale);
    expect(member(stale, 'cache-status', 'author')).toMatch(/fwd=stale/);
    expectProxyStatus(stale, 'identity', fault.proxyStatus);
    expectNoInternals(stale, identity, social);
    expect(stale.ms).toBeLessThan(deadlineMs + MARGIN_MS);
  });
});

const slugs = { 502: 'upstream-invalid', 503: 'upstream-unavailable', 504: 'upstream-timeout' };

describe.each(faults)('Social $name', (fault) => {
  const deadlineMs = deadlines(fault).request;
  test(`answers in time with a ${fault.status} that names the failure, until Social recovers`, async () => {
    const { identity, social, request } = await startTestbed({
      hosts: { social: fault.host },
      env: { ...baseEnv, REQUEST_DEADLINE_MS: String(deadlineMs) },
    });
    await fault.inject(social);

    const first = await request('/api/posts/5');
    expectProblem(first, fault.status, slugs[fault.status], '/api/posts/5');
    expectProxyStatus(first, 'social', fault.proxyStatus);
    expectNoInternals(first, identity, social);
    expect(first.ms).toBeLessThan(deadlineMs + MARGIN_MS);
    expect(social.count(/elsewhere/)).toBe(0);

    // Enough concurrent requests to open the breaker, if the fault counts.
    const more = await Promise.all(
      Array.from({ length: 10 }, (_, at) => request(`/api/posts/${at + 6}`)),
    );
    for (const response of more) {
      expect([fault.status, 503]).toContain(response.status);
      expect(response.ms).toBeLessThan(deadlineMs + MARGIN_MS);
      expectNoInternals(response, identity, social);
    }

    await restore(social);
    const complete = await until('the answer is complete', async () => {
      const response = await request('/api/posts/5');
      return response.status === 200 && response;
    });
    expect(complete.body).toEqual(completePost(5));
    expect(complete.headers['etag']).toBeDefined();
    expect(complete.headers['proxy-status']).toBeUndefined();
  });
});

describe.each(quirks)('an upstream that $name', ({ responder }) => {
  test('is served as usual', async () => {
    const { identity, social, request } = await startTestbed({
      env: { AUTHOR_DEADLINE_MS: '2000', AUTHOR_TTL_MS: '0' },
    });
    identity.respondWith(responder);
    social.respondWith(responder);

    for (const id of [5, 6, 7]) {
      const complete = await request(`/api/posts/${id}`);
      expect(complete.body).toEqual(completePost(id));
      expect(complete.text).not.toMatch(/polluted|__proto__|constructor/);
      expect(complete.headers['proxy-status']).toBeUndefined();
      expectNoInternals(complete, identity, social);
    }
    const many = await request('/api/posts?ids=8,9');
    expect(many.body).toEqual({ items: [completePost(8), completePost(9)] });
    expect((await request('/api/users/7')).body).toEqual(userOf(7));
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(postOf(5)).not.toHaveProperty('polluted');
  });
});
