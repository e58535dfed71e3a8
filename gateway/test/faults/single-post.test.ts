// Every fault of the closed list, on each upstream, over real sockets: what the client gets, how soon, and that it heals.
import { describe, expect, test } from '@jest/globals';
import { until } from '../support/client.ts';
import {
  expectDegraded,
  expectNothingOfTheInside,
  expectProblem,
  expectTold,
  MARGIN_MS,
  member,
} from '../support/expectations.ts';
import { faults, heal, oddities, type Fault } from '../support/faults.ts';
import { useNames } from '../support/names.ts';
import { postOf, userOf, wholePost } from '../support/world.ts';
import { stage } from '../support/stage.ts';

/** Short where the fault is to be slow; long where it is quick, so that a busy machine does not make it slow. */
const deadlines = ({ status }: Fault) =>
  status === 504 ? { author: 100, request: 400 } : { author: 1000, request: 2000 };
const quick = { BREAKER_RESET_MS: '50', UPSTREAM_MAX_BYTES: '65536' };
const authorless = (id: number) => ({ ...wholePost(id), author: null });

useNames();

describe.each(faults)('Identity $name', (fault) => {
  const deadlineMs = deadlines(fault).author;
  const hosts = { identity: fault.host };
  const env = { ...quick, AUTHOR_DEADLINE_MS: String(deadlineMs) };

  test('the post comes without its author, in time, and says so; then it heals', async () => {
    const { identity, social, get } = await stage({ hosts, env });
    await fault.strike(identity);

    const first = await get('/api/posts/5');
    expect(first.body).toEqual(authorless(5));
    expectDegraded(first);
    expectTold(first, 'identity', fault.told);
    expectNothingOfTheInside(first, identity, social);
    expect(first.ms).toBeLessThan(deadlineMs + MARGIN_MS);

    // Until the breaker opens, and beyond.
    for (let id = 6; id < 12; id += 1) {
      const next = await get(`/api/posts/${id}`);
      expect(next.body).toEqual(authorless(id));
      expect(next.ms).toBeLessThan(deadlineMs + MARGIN_MS);
    }
    expect(identity.asked(/elsewhere/)).toBe(0);

    await heal(identity);
    for (const id of [5, 900]) {
      const whole = await until('the author is back', async () => {
        const heard = await get(`/api/posts/${id}`);
        expect(heard.status).toBe(200);
        return heard.headers['etag'] !== undefined && heard;
      });
      expect(whole.body).toEqual(wholePost(id));
      expect(whole.headers['proxy-status']).toBeUndefined();
    }
  });

  test('a client that wants all or nothing gets a 503 that names what is missing', async () => {
    const { identity, social, get } = await stage({ hosts, env });
    await fault.strike(identity);

    const strict = await get('/api/posts/5', { headers: { Prefer: 'handling=strict' } });
    expectProblem(strict, 503, 'incomplete-answer', '/api/posts/5');
    expect((strict.body as { detail: string }).detail).toMatch(/author/);
    expect(strict.headers['preference-applied']).toBe('handling=strict');
    expectTold(strict, 'identity', fault.told);
    expectNothingOfTheInside(strict, identity, social);
    expect(strict.ms).toBeLessThan(deadlineMs + MARGIN_MS);
  });

  test('an author that was known comes stale, and says so', async () => {
    const { identity, social, get } = await stage({ hosts, env: { ...env, AUTHOR_TTL_MS: '1' } });
    await until('the author is known', async () => {
      return (await get('/api/posts/5')).headers['etag'] !== undefined;
    });
    await fault.strike(identity);

    // The entry has to be older than its millisecond.
    const stale = await until('the author is stale', async () => {
      const heard = await get('/api/posts/5');
      return heard.headers['proxy-status'] !== undefined && heard;
    });
    expect(stale.body).toEqual(wholePost(5));
    expectDegraded(stale);
    expect(member(stale, 'cache-status', 'author')).toMatch(/fwd=stale/);
    expectTold(stale, 'identity', fault.told);
    expectNothingOfTheInside(stale, identity, social);
    expect(stale.ms).toBeLessThan(deadlineMs + MARGIN_MS);
  });
});

const slugs = { 502: 'upstream-invalid', 503: 'upstream-unavailable', 504: 'upstream-timeout' };

describe.each(faults)('Social $name', (fault) => {
  const deadlineMs = deadlines(fault).request;
  test(`one clear ${fault.status}, in time; then it heals`, async () => {
    const { identity, social, get } = await stage({
      hosts: { social: fault.host },
      env: { ...quick, REQUEST_DEADLINE_MS: String(deadlineMs) },
    });
    await fault.strike(social);

    const first = await get('/api/posts/5');
    expectProblem(first, fault.status, slugs[fault.status], '/api/posts/5');
    expectTold(first, 'social', fault.told);
    expectNothingOfTheInside(first, identity, social);
    expect(first.ms).toBeLessThan(deadlineMs + MARGIN_MS);
    expect(social.asked(/elsewhere/)).toBe(0);

    // Many at once, so that the breaker opens where it should.
    const more = await Promise.all(
      Array.from({ length: 10 }, (_, at) => get(`/api/posts/${at + 6}`)),
    );
    for (const heard of more) {
      expect([fault.status, 503]).toContain(heard.status);
      expect(heard.ms).toBeLessThan(deadlineMs + MARGIN_MS);
      expectNothingOfTheInside(heard, identity, social);
    }

    await heal(social);
    const whole = await until('the post is back', async () => {
      const heard = await get('/api/posts/5');
      return heard.status === 200 && heard;
    });
    expect(whole.body).toEqual(wholePost(5));
    expect(whole.headers['etag']).toBeDefined();
    expect(whole.headers['proxy-status']).toBeUndefined();
  });
});

describe.each(oddities)('an upstream that $name', ({ behaviour }) => {
  test('is answered as if nothing were', async () => {
    const { identity, social, get } = await stage({
      env: { AUTHOR_DEADLINE_MS: '2000', AUTHOR_TTL_MS: '0' },
    });
    identity.behave(behaviour);
    social.behave(behaviour);

    for (const id of [5, 6, 7]) {
      const whole = await get(`/api/posts/${id}`);
      expect(whole.body).toEqual(wholePost(id));
      expect(whole.text).not.toMatch(/polluted|__proto__|constructor/);
      expect(whole.headers['proxy-status']).toBeUndefined();
      expectNothingOfTheInside(whole, identity, social);
    }
    const many = await get('/api/posts?ids=8,9');
    expect(many.body).toEqual({ items: [wholePost(8), wholePost(9)] });
    expect((await get('/api/users/7')).body).toEqual(userOf(7));
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(postOf(5)).not.toHaveProperty('polluted');
  });
});
