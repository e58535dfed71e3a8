// Open and forced breakers: what clients get, and what operators can do and see.
import { describe, expect, test } from '@jest/globals';
import {
  untilBreakerIs,
  tripBreaker,
  commandBreaker,
  breakerStateOf,
  BREAKER_STATES,
  type BreakerState,
} from '../support/breakers.ts';
import { silent, status } from '../support/faulty-responders.ts';
import { until } from 'chassis/testing/until';
import { expectProblem, expectProxyStatus, IMMEDIATE_MS } from '../support/expectations.ts';
import { completePost, degradedPost } from '../support/fixtures.ts';
import { startTestbed } from '../support/testbed.ts';

const UNAVAILABLE = { error: 'destination_unavailable' };

describe.each(['identity', 'social'] as const)('the breaker of %s', (upstream) => {
  const longDeadlines = { AUTHOR_DEADLINE_MS: '2000', REQUEST_DEADLINE_MS: '4000' };

  test('answers at once and sends nothing while forced open', async () => {
    const testbed = await startTestbed({ env: longDeadlines });
    await commandBreaker(testbed, upstream, 'open');
    testbed[upstream].respondWith(silent);

    const response = await testbed.request('/api/posts/5');
    expect(response.ms).toBeLessThan(IMMEDIATE_MS);
    expect(testbed[upstream].requests).toHaveLength(0);
    expectProxyStatus(response, upstream, UNAVAILABLE);
    if (upstream === 'identity') expect(response.body).toEqual(degradedPost(5));
    else expectProblem(response, 503, 'upstream-unavailable', '/api/posts/5');
    expect(
      await testbed.metric(
        `gateway_rejections_total{upstream="${upstream}",reason="breaker_open"}`,
      ),
    ).toBeGreaterThan(0);
  });

  test('answers at once and sends nothing while open because of failures', async () => {
    const testbed = await startTestbed({ env: { ...longDeadlines, BREAKER_RESET_MS: '60000' } });
    await tripBreaker(testbed, upstream);
    testbed[upstream].respondWith(silent);
    testbed[upstream].clearRequests();
    const response = await testbed.request('/api/posts/5');
    expect(response.ms).toBeLessThan(IMMEDIATE_MS);
    expect(testbed[upstream].requests).toHaveLength(0);
    expectProxyStatus(response, upstream, UNAVAILABLE);
  });

  test('obeys an operator who forces it open and closed, and works by itself again after auto', async () => {
    const testbed = await startTestbed({ env: { ...longDeadlines, BREAKER_RESET_MS: '60000' } });
    await commandBreaker(testbed, upstream, 'open');
    expect(await breakerStateOf(testbed, upstream)).toBe('forced_open');
    await testbed.request('/api/posts/5');
    expect(testbed[upstream].requests).toHaveLength(0);

    await commandBreaker(testbed, upstream, 'close');
    expect(await breakerStateOf(testbed, upstream)).toBe('forced_closed');
    testbed[upstream].respondWith(status(500));
    for (let id = 1; id <= 20; id += 1) await testbed.request(`/api/posts/${id}`);
    expect(await breakerStateOf(testbed, upstream)).toBe('forced_closed');
    expect(testbed[upstream].requests.length).toBeGreaterThanOrEqual(20);
    testbed[upstream].respondWith();
    expect((await testbed.request('/api/posts/99')).body).toEqual(completePost(99));

    await commandBreaker(testbed, upstream, 'auto');
    await untilBreakerIs(testbed, upstream, 'closed');
    await tripBreaker(testbed, upstream);
    expect(await breakerStateOf(testbed, upstream)).toBe('open');
  });

  test('does not open after auto because of failures from before', async () => {
    const testbed = await startTestbed({ env: { ...longDeadlines, BREAKER_RESET_MS: '60000' } });
    await tripBreaker(testbed, upstream);
    await commandBreaker(testbed, upstream, 'close');
    await commandBreaker(testbed, upstream, 'auto');
    await testbed.request('/api/posts/5');
    expect(await breakerStateOf(testbed, upstream)).toBe('closed');
  });

  test('exports its series from the start, and changes them at each transition', async () => {
    const testbed = await startTestbed({ env: { ...longDeadlines, BREAKER_RESET_MS: '100' } });
    expect(await breakerStateOf(testbed, upstream)).toBe('closed');
    const transitions = async (to: BreakerState) =>
      testbed.metric(`gateway_breaker_transitions_total{upstream="${upstream}",to="${to}"}`);
    expect(await Promise.all(BREAKER_STATES.map(transitions))).toEqual([0, 0, 0, 0, 0]);

    await tripBreaker(testbed, upstream);
    testbed[upstream].respondWith();
    expect(await transitions('open')).toBe(1);
    await until('the breaker is closed again', async () => {
      await testbed.request('/api/posts/5');
      return (await transitions('closed')) === 1;
    });
    expect(await Promise.all(BREAKER_STATES.map(transitions))).toEqual([1, 1, 1, 0, 0]);
    expect(await breakerStateOf(testbed, upstream)).toBe('closed');
  });
});
