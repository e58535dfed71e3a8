// Access tokens of sessions that ended, although the tokens have not expired.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { embeddedDatabase, type TestDatabase } from 'chassis/testing/database';
import { metricOf } from 'chassis/testing/metrics';
import { until } from 'chassis/testing/until';
import { startTestSocial, type TestSocial } from './support/service.ts';

let database: TestDatabase;
let social: TestSocial;
beforeAll(async () => {
  database = await embeddedDatabase();
  social = await startTestSocial(database, {}, (identity) => identity.endSession('before'));
});
afterAll(async () => {
  await social.stop();
  await database.remove();
});

const bearerOf = (sid: string) => ({
  Authorization: `Bearer ${social.identity.key.sign({ sub: '7', sid })}`,
});
const post = async (sid: string): Promise<number> => {
  const json = { content: 'Hello.' };
  const answer = await social.request('/api/posts', {
    method: 'POST',
    json,
    headers: bearerOf(sid),
  });
  return answer.status;
};
const refused = (sid: string) =>
  until('the token is refused', async () => {
    const { status } = await social.request('/api/feed', { headers: bearerOf(sid) });
    return status === 401;
  });

test('a session that ended before Social started is refused', async () => {
  await refused('before');
});

test('a write is refused within a second of the end of its session; those of others are not', async () => {
  expect(await post('ended')).toBe(201);
  social.identity.endSession('ended');
  const endedAt = performance.now();
  await refused('ended');
  expect(performance.now() - endedAt).toBeLessThan(1000);
  expect(await post('ended')).toBe(401);
  expect(await post('another')).toBe(201);
});

test('while Identity is away, Social is ready, serves open sessions and refuses ended ones', async () => {
  social.identity.endSession('known');
  await refused('known');
  social.identity.disconnect();
  const { adminUrl } = social.service;
  await until(
    'the metric says so',
    async () =>
      (await metricOf({ adminUrl }, 'social_ended_sessions_log_state{state="source_away"}')) === 1,
  );
  expect((await fetch(`${adminUrl}/readyz`)).status).toBe(200);
  expect([await post('open'), await post('known')]).toEqual([201, 401]);
  social.identity.endSession('later');
  expect(await post('later')).toBe(201);
  social.identity.reconnect();
  await refused('later');
});
