// A half-open breaker: it sends one probe, and only the probe's success closes it.
import { describe, expect, test } from '@jest/globals';
import { untilBreakerIs, tripBreaker, breakerStateOf } from '../support/breakers.ts';
import { silent } from '../support/faulty-responders.ts';
import { abortableRequest } from 'chassis/testing/http-client';
import { until } from 'chassis/testing/until';
import { completePost } from '../support/fixtures.ts';
import { startTestbed } from '../support/testbed.ts';

describe.each(['identity', 'social'] as const)('the breaker of %s', (upstream) => {
  const population = { posts: 1000, authors: 1000 };
  const longDeadlines = { AUTHOR_DEADLINE_MS: '1500', REQUEST_DEADLINE_MS: '3000' };

  test('sends one probe of 50 concurrent requests while half-open; the probe’s success closes it', async () => {
    const testbed = await startTestbed({
      population,
      env: { ...longDeadlines, BREAKER_RESET_MS: '150' },
    });
    await tripBreaker(testbed, upstream);
    testbed[upstream].respondWith();
    const release = testbed[upstream].hold();
    testbed[upstream].clearRequests();
    await untilBreakerIs(testbed, upstream, 'half_open');

    let answered = 0;
    const answers = Array.from({ length: 50 }, async (_, at) => {
      const response = await testbed.request(`/api/posts/${at + 1}`);
      answered += 1;
      return response;
    });
    const probe = await until('the upstream has the probe', () => testbed[upstream].requests[0]);
    // Requests whose post or author is in the probe's batch wait for it; all others are answered without.
    const sharingProbe = (probe.path.match(/\d+/g) ?? []).filter((id) => Number(id) <= 51).length;
    await until('the others are answered', () => answered === 50 - sharingProbe);
    expect(testbed[upstream].requests).toHaveLength(1);
    expect(await breakerStateOf(testbed, upstream)).toBe('half_open');

    release();
    await Promise.all(answers);
    expect(testbed[upstream].requests).toHaveLength(1);
    await untilBreakerIs(testbed, upstream, 'closed');
    expect((await testbed.request('/api/posts/60')).body).toEqual(completePost(60, population));
  });

  test('gets no probe before the time that the upstream asked for with Retry-After', async () => {
    const testbed = await startTestbed({ env: { ...longDeadlines, BREAKER_RESET_MS: '100' } });
    await tripBreaker(testbed, upstream, ({ res }) =>
      res.writeHead(503, { 'Retry-After': '2' }).end(),
    );
    const opened = performance.now();
    testbed[upstream].respondWith();
    testbed[upstream].clearRequests();
    await until('the upstream has the probe', async () => {
      await testbed.request('/api/posts/60');
      return testbed[upstream].requests.length > 0;
    });
    // It opened within the last poll before `opened`.
    expect(performance.now() - opened).toBeGreaterThan(1500);
  });

  test('opens again when the probe fails', async () => {
    const testbed = await startTestbed({ env: { ...longDeadlines, BREAKER_RESET_MS: '100' } });
    await tripBreaker(testbed, upstream);
    await untilBreakerIs(testbed, upstream, 'half_open');
    const series = `gateway_breaker_transitions_total{upstream="${upstream}",to="open"}`;
    const closed = `gateway_breaker_transitions_total{upstream="${upstream}",to="closed"}`;
    const before = (await testbed.metric(series)) ?? 0;
    await testbed.request('/api/posts/5');
    await until(
      'the breaker is open again',
      async () => ((await testbed.metric(series)) ?? 0) > before,
    );
    expect(await testbed.metric(closed)).toBe(0);
  });

  test('does not close when the client of the probe disconnects', async () => {
    const testbed = await startTestbed({ env: { ...longDeadlines, BREAKER_RESET_MS: '100' } });
    await tripBreaker(testbed, upstream);
    testbed[upstream].respondWith(silent);
    testbed[upstream].clearRequests();
    await untilBreakerIs(testbed, upstream, 'half_open');
    const closed = `gateway_breaker_transitions_total{upstream="${upstream}",to="closed"}`;
    const before = await testbed.metric(closed);
    const probe = abortableRequest(`${testbed.gateway.url}/api/posts/5`);
    await until('the upstream has the probe', () => testbed[upstream].requests.length === 1);
    await probe.abort();
    await until('its request has ended', async () => {
      return (await testbed.metric('http_requests_in_flight')) === 0;
    });
    expect(await breakerStateOf(testbed, upstream)).not.toBe('closed');
    expect(await testbed.metric(closed)).toBe(before);
    // The breaker does not stay half-open either.
    testbed[upstream].respondWith();
    await until('the answer is complete', async () => {
      return (await testbed.request('/api/posts/6')).headers['etag'] !== undefined;
    });
  });

  test('does not close when the client of an attempt from before it opened disconnects', async () => {
    const testbed = await startTestbed({
      population,
      env: { ...longDeadlines, BREAKER_RESET_MS: '100' },
    });
    testbed[upstream].hold();
    const straggler = abortableRequest(`${testbed.gateway.url}/api/posts/5`);
    await until('the upstream has the straggler', () => testbed[upstream].requests.length === 1);
    await tripBreaker(testbed, upstream);
    testbed[upstream].respondWith(silent);
    await untilBreakerIs(testbed, upstream, 'half_open');

    await straggler.abort();
    await until(
      'the upstream sees the disconnect',
      () => testbed[upstream].requests[0]?.aborted === true,
    );
    expect(
      await testbed.metric(`gateway_breaker_transitions_total{upstream="${upstream}",to="closed"}`),
    ).toBe(0);
    expect(await breakerStateOf(testbed, upstream)).not.toBe('closed');
  });
});
