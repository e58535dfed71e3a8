// Every fault of the closed list, on each upstream, over real sockets: what the client gets, how soon, and that it heals.
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
import { postOf, completePost } from '../support/fixtures.ts';
import { userOf } from 'chassis/testing/users';
import { startTestbed } from '../support/testbed.ts';

/** Short where the fault is to be slow; long where it is quick, so that a busy machine does not make it slow. */
const deadlines = ({ status }: Fault) =>
  status === 504 ? { author: 100, request: 400 } : { author: 1000, request: 2000 };
const quick = { BREAKER_RESET_MS: '50', UPSTREAM_MAX_BYTES: '65536' };
const authorless = (id: number) => ({ ...completePost(id), author: null });

mockDns();

describe.each(faults)('Identity $name', (fault) => {
  const deadlineMs = deadlines(fault).author;
  const hosts = { identity: fault.host };
  const env = { ...quick, AUTHOR_DEADLINE_MS: String(deadlineMs) };

  test('the post comes without its author, in time, and says so; then it heals', async () => {
    const { identity, social, request } = await startTestbed({ hosts, env });
    await fault.inject(identity);

    const first = await request('/api/posts/5');
    expect(first.body).toEqual(authorless(5));
    expectDegraded(first);
    expectProxyStatus(first, 'identity', fault.proxyStatus);
    expectNoInternals(first, identity, social);
    expect(first.ms).toBeLessThan(deadlineMs + MARGIN_MS);

    // Until the breaker opens, and beyond.
    for (let id = 6; id < 12; id += 1) {
      const next = await request(`/api/posts/${id}`);
      expect(next.body).toEqual(authorless(id));
      expect(next.ms).toBeLessThan(deadlineMs + MARGIN_MS);
    }
    expect(identity.count(/elsewhere/)).toBe(0);

    await restore(identity);
    for (const id of [5, 900]) {
      const whole = await until('the author is back', async () => {
        const response = await request(`/api/posts/${id}`);
        expect(response.status).toBe(200);
        return response.headers['etag'] !== undefined && response;
      });
      expect(whole.body).toEqual(completePost(id));
      expect(whole.headers['proxy-status']).toBeUndefined();
    }
  });

  test('a client that wants all or nothing gets a 503 that names what is missing', async () => {
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

  test('an author that was known comes stale, and says so', async () => {
    const { identity, social, request } = await startTestbed({
      hosts,
      env: { ...env, AUTHOR_TTL_MS: '1' },
    });
    await until('the author is known', async () => {
      return (await request('/api/posts/5')).headers['etag'] !== undefined;
    });
    await fault.inject(identity);

    // The entry has to be older than its millisecond.
    const stale = await until('the author is stale', async () => {
      const response = await request('/api/posts/5');
      return response.headers['proxy-status'] !== undefined && response;
    });
    expect(stale.body).toEqual(completePost(5));
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
  test(`one clear ${fault.status}, in time; then it heals`, async () => {
    const { identity, social, request } = await startTestbed({
      hosts: { social: fault.host },
      env: { ...quick, REQUEST_DEADLINE_MS: String(deadlineMs) },
    });
    await fault.inject(social);

    const first = await request('/api/posts/5');
    expectProblem(first, fault.status, slugs[fault.status], '/api/posts/5');
    expectProxyStatus(first, 'social', fault.proxyStatus);
    expectNoInternals(first, identity, social);
    expect(first.ms).toBeLessThan(deadlineMs + MARGIN_MS);
    expect(social.count(/elsewhere/)).toBe(0);

    // Many at once, so that the breaker opens where it should.
    const more = await Promise.all(
      Array.from({ length: 10 }, (_, at) => request(`/api/posts/${at + 6}`)),
    );
    for (const response of more) {
      expect([fault.status, 503]).toContain(response.status);
      expect(response.ms).toBeLessThan(deadlineMs + MARGIN_MS);
      expectNoInternals(response, identity, social);
    }

    await restore(social);
    const whole = await until('the post is back', async () => {
      const response = await request('/api/posts/5');
      return response.status === 200 && response;
    });
    expect(whole.body).toEqual(completePost(5));
    expect(whole.headers['etag']).toBeDefined();
    expect(whole.headers['proxy-status']).toBeUndefined();
  });
});

describe.each(quirks)('an upstream that $name', ({ behaviour }) => {
  test('is answered as if nothing were', async () => {
    const { identity, social, request } = await startTestbed({
      env: { AUTHOR_DEADLINE_MS: '2000', AUTHOR_TTL_MS: '0' },
    });
    identity.respondWith(behaviour);
    social.respondWith(behaviour);

    for (const id of [5, 6, 7]) {
      const whole = await request(`/api/posts/${id}`);
      expect(whole.body).toEqual(completePost(id));
      expect(whole.text).not.toMatch(/polluted|__proto__|constructor/);
      expect(whole.headers['proxy-status']).toBeUndefined();
      expectNoInternals(whole, identity, social);
    }
    const many = await request('/api/posts?ids=8,9');
    expect(many.body).toEqual({ items: [completePost(8), completePost(9)] });
    expect((await request('/api/users/7')).body).toEqual(userOf(7));
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(postOf(5)).not.toHaveProperty('polluted');
  });
});
