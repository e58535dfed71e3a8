// Access tokens of sessions that ended, although the tokens have not expired.
import { describe, expect, test } from '@jest/globals';
import { sessionEnded } from 'chassis/testing/user-events';
import { until } from 'chassis/testing/until';
import { expectProblem } from '../support/expectations.ts';
import { bearer, CLEARED, cookies, setCookies } from '../support/session.ts';
import { startTestbed, type Testbed } from '../support/testbed.ts';

const CONSUMING = { env: { FOLLOW_LOG: 'true' } };

const statusOf = async (testbed: Testbed, headers: Record<string, string>): Promise<number> =>
  (await testbed.request('/api/feed', { headers })).status;
const ended = (testbed: Testbed, headers: Record<string, string>) =>
  until('the token is refused', async () => (await statusOf(testbed, headers)) === 401);

describe('an access token', () => {
  test('is refused within a second of the end of its session, although it was verified before', async () => {
    const testbed = await startTestbed(CONSUMING);
    const headers = bearer(testbed.identity.openSession(7, { sid: 'ended' }));
    const others = bearer(testbed.identity.openSession(7, { sid: 'another' }));
    expect(await statusOf(testbed, headers)).toBe(200);
    testbed.identity.endSession('ended');
    const endedAt = performance.now();
    await ended(testbed, headers);
    expect(performance.now() - endedAt).toBeLessThan(1000);
    const answer = await testbed.request('/api/posts', {
      method: 'POST',
      json: { content: 'Hello.' },
      headers,
    });
    expectProblem(answer, 401, 'unauthenticated', '/api/posts');
    expect(await statusOf(testbed, others)).toBe(200);
  });

  test.each(['aggregate', 'replica', 'hybrid'])(
    'is refused with AUTHOR_STRATEGY=%s after its session ended before the gateway started',
    async (AUTHOR_STRATEGY) => {
      const testbed = await startTestbed({ env: { FOLLOW_LOG: 'true', AUTHOR_STRATEGY } });
      testbed.identity.endedSessions.append([sessionEnded(1, 'before')]);
      await ended(testbed, bearer(testbed.identity.openSession(7, { sid: 'before' })));
    },
  );

  test('is refused in a browser, too, whose cookies are then cleared', async () => {
    const testbed = await startTestbed(CONSUMING);
    const session = testbed.identity.openSession(7, { sid: 'ended' });
    testbed.identity.endSession('ended');
    await ended(testbed, bearer(session));
    const headers = cookies({ ...session, refreshToken: 'refresh-secret-unknown' });
    const answer = await testbed.request('/api/feed', { headers });
    expect(answer.status).toBe(401);
    expect(setCookies(answer)).toEqual(CLEARED);
  });

  test('is good until it expires without FOLLOW_LOG', async () => {
    const testbed = await startTestbed();
    testbed.identity.endSession('ended');
    const headers = bearer(testbed.identity.openSession(7, { sid: 'ended' }));
    expect(await statusOf(testbed, headers)).toBe(200);
    expect(testbed.identity.count(/ended/)).toBe(0);
  });
});

describe('while Identity is away', () => {
  test('open sessions are served, ended ones stay refused, and a metric says so', async () => {
    const testbed = await startTestbed(CONSUMING);
    const { identity, gateway, metric } = testbed;
    const open = bearer(identity.openSession(7, { sid: 'open' }));
    const old = bearer(identity.openSession(7, { sid: 'ended' }));
    identity.endSession('ended');
    await ended(testbed, old);
    identity.disconnect();
    await until(
      'the metric says so',
      async () => (await metric('gateway_ended_sessions_log_state{state="source_away"}')) === 1,
    );
    expect(await metric('gateway_ended_sessions_log_lag_seconds')).toBeGreaterThan(0);
    expect(await statusOf(testbed, open)).toBe(200);
    expect(await statusOf(testbed, old)).toBe(401);
    expect((await fetch(`${gateway.adminUrl}/readyz`)).status).toBe(200);
  });
});
