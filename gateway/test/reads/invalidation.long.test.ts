// Following Identity's log: what an event is about is asked for anew, whatever is remembered and for how long.
import { describe, expect, test } from '@jest/globals';
import { commandBreaker } from '../support/breakers.ts';
import { hangsUp, only, sendsJson, silent, status } from '../support/faulty-responders.ts';
import { until } from 'chassis/testing/until';
import { startTestbed, type Testbed } from '../support/testbed.ts';

const LOG = /^\/api\/user-events/;
const USERS = /^\/api\/users/;
const COPY = /^\/api\/authors/;
const env = {
  AUTHOR_STRATEGY: 'hybrid',
  FOLLOW_LOG: 'true',
  // Without the log, nothing would be asked for anew.
  AUTHOR_TTL_MS: '600000',
  AUTHOR_ABSENT_TTL_MS: '600000',
  POST_TTL_MS: '600000',
  BREAKER_RESET_MS: '100',
};
/** An event shows within a second. */
const SOON_MS = 1000;

const logAsked = ({ identity }: Testbed): string[] =>
  identity.requests.filter(({ path }) => LOG.test(path)).map(({ path }) => path);

/** The gateway knows where the log ends, and waits there. */
async function arrange(more: Readonly<Record<string, string>> = {}) {
  const testbed = await startTestbed({ env: { ...env, ...more } });
  await waits(testbed);
  return testbed;
}

const waits = (testbed: Testbed) =>
  until('it waits for news', () => {
    const [, after] = /lastEventId=(\d+)&timeout=[1-9]/.exec(logAsked(testbed).at(-1) ?? '') ?? [];
    return after === String(testbed.identity.log.endOffset);
  });

const nameOf = async ({ request }: Testbed, id = 7): Promise<unknown> =>
  ((await request(`/api/users/${id}`)).body as { username?: unknown }).username;
const becomes = (testbed: Testbed, name: string | undefined, limitMs = SOON_MS) =>
  until(`the name is ${name}`, async () => (await nameOf(testbed)) === name, limitMs);
const events = ({ metric }: Testbed, outcome: string) =>
  metric(`gateway_log_events_total{outcome="${outcome}"}`);

describe('an event', () => {
  test('of a new name is in every answer within a second, however long names are fresh', async () => {
    const testbed = await arrange();
    await testbed.request('/api/posts/6');
    expect(await nameOf(testbed)).toBe('user_7');
    testbed.identity.rename(7, 'sun_dog');
    await becomes(testbed, 'sun_dog');
    for (const path of ['/api/posts/6', '/api/posts?ids=6', '/api/users/7/posts'])
      expect((await testbed.request(path)).text).toContain('"sun_dog"');
  });

  test('of somebody who has left makes them null, and a 404', async () => {
    const testbed = await arrange();
    await testbed.request('/api/posts/6');
    testbed.identity.rename(7, null);
    await until(
      'they are gone',
      async () => (await testbed.request('/api/users/7')).status === 404,
    );
    const response = await testbed.request('/api/posts/6');
    expect(response.body).toMatchObject({ author: null });
    expect(response.headers['etag']).toBeDefined();
  });

  test('of a user who was not there before ends that they are not', async () => {
    const testbed = await arrange();
    expect((await testbed.request('/api/users/200')).status).toBe(404);
    testbed.identity.rename(200, 'late_riser');
    await until('Identity is asked again', async () => {
      await testbed.request('/api/users/200');
      return testbed.identity.count(/users\/200$/) === 2;
    });
  });

  test('that never came shows as a name that changed unheard; one that came does not', async () => {
    const testbed = await arrange({ AUTHOR_TTL_MS: '1' });
    const changed = () => testbed.metric('gateway_author_renewals_total{result="changed"}');
    await nameOf(testbed);
    testbed.identity.rename(7, 'sun_dog');
    await becomes(testbed, 'sun_dog');
    await until('it is asked for again', async () => {
      await nameOf(testbed);
      return ((await testbed.metric('gateway_author_renewals_total{result="same"}')) ?? 0) > 1;
    });
    const before = await changed();
    testbed.identity.users.set(7, 'moon_dog');
    await until('it is the new one', async () => (await nameOf(testbed)) === 'moon_dog');
    expect(await changed()).toBe(before! + 1);
  });

  test('forgets nobody else', async () => {
    const testbed = await arrange();
    await nameOf(testbed, 8);
    testbed.identity.rename(7, 'sun_dog');
    await until('it has taken effect', async () => (await events(testbed, 'applied')) === 1);
    testbed.identity.clearRequests();
    expect(await nameOf(testbed, 8)).toBe('user_8');
    expect(testbed.identity.count(USERS)).toBe(0);
  });

  test('does not put its own name in: the next answer is what Identity says', async () => {
    const testbed = await arrange();
    await nameOf(testbed);
    testbed.identity.log.named(7, 'only_in_the_log');
    await until('it has taken effect', async () => (await events(testbed, 'applied')) === 1);
    expect(await nameOf(testbed)).toBe('user_7');
  });

  test('is not undone by a look-up that was in the air: nobody joins it, and its answer is not kept', async () => {
    const testbed = await arrange();
    const release = testbed.identity.hold(USERS);
    const before = testbed.request('/api/users/7');
    await until('Identity is asked', () => testbed.identity.count(USERS) === 1);
    testbed.identity.rename(7, 'sun_dog');
    await until('the event took effect', async () => (await events(testbed, 'applied')) === 1);
    const during = testbed.request('/api/users/7');
    await until('Identity is asked again', () => testbed.identity.count(USERS) === 2);
    release();
    expect((await before).body).toMatchObject({ username: 'user_7' });
    expect((await during).body).toMatchObject({ username: 'sun_dog' });
    testbed.identity.clearRequests();
    expect(await nameOf(testbed)).toBe('sun_dog');
    expect(testbed.identity.count(USERS)).toBe(0);
  });

  test('lets nobody join a request to the copy that was on its way', async () => {
    const testbed = await arrange();
    testbed.identity.respondWith(only(USERS, status(500)));
    const release = testbed.social.hold(COPY);
    const before = testbed.request('/api/users/7');
    await until('the copy is asked', () => testbed.social.count(COPY) === 1);
    testbed.social.replica.set(7, 'sun_dog');
    testbed.identity.rename(7, 'sun_dog');
    await until('the event took effect', async () => (await events(testbed, 'applied')) === 1);
    const after = testbed.request('/api/users/7');
    await until('the copy is asked again', () => testbed.social.count(COPY) === 2);
    release();
    expect((await before).body).toMatchObject({ username: 'user_7' });
    expect((await after).body).toMatchObject({ username: 'sun_dog' });
  });

  test('of which the copy has not heard yet: while Identity is down the older name stands in, and says so', async () => {
    const testbed = await arrange();
    await nameOf(testbed);
    testbed.identity.rename(7, 'sun_dog');
    await until('it has taken effect', async () => (await events(testbed, 'applied')) === 1);
    await testbed.identity.refuse();
    const late = await testbed.request('/api/users/7');
    expect(late.body).toEqual({ id: 7, username: 'user_7' });
    expect(late.headers['cache-status']).toBe('author; fwd=miss; detail=replica');
    testbed.social.replica.set(7, 'sun_dog');
    expect(await nameOf(testbed)).toBe('sun_dog');
  });
});

describe('events that cannot take effect', () => {
  test('of an unknown type are skipped and counted, and the next one takes effect', async () => {
    const testbed = await arrange();
    await nameOf(testbed);
    testbed.identity.log.add({ type: 'UserFrozen', data: { since: 1 } });
    testbed.identity.rename(7, 'sun_dog');
    await becomes(testbed, 'sun_dog');
    expect(
      await Promise.all(['applied', 'skipped', 'broken'].map((o) => events(testbed, o))),
    ).toEqual([1, 1, 0]);
  });

  test.each<[string, Record<string, unknown> | string | null]>([
    ['lacks its name', { data: { id: 7 } }],
    ['is about somebody else than it says', { subject: '8' }],
    ['has no id', { id: undefined }],
    ['is no object', 'UserUpdated'],
    ['is null', null],
  ])('one that %s is counted and told, and the next one takes effect', async (_, event) => {
    const testbed = await arrange();
    await nameOf(testbed);
    testbed.identity.log.add(event);
    testbed.identity.rename(7, 'sun_dog');
    await becomes(testbed, 'sun_dog');
    expect(await events(testbed, 'broken')).toBe(1);
    const [line, ...others] = testbed.lines.filter(({ msg }) =>
      String(msg).includes('breaks the contract'),
    );
    expect([line?.['consumer'], others]).toEqual(['gateway', []]);
    expect(JSON.stringify(line)).not.toContain('cat_sun_dog');
  });

  test('in masses are told a few times, and all counted', async () => {
    const testbed = await arrange();
    for (let count = 0; count < 600; count += 1) testbed.identity.log.add({ subject: '8' });
    await until('all are read', async () => (await events(testbed, 'broken')) === 600);
    const lines = testbed.lines.filter(({ msg }) => String(msg).includes('breaks the contract'));
    expect(lines.length).toBeLessThan(5);
  });

  test('with more fields than are known are as good as any', async () => {
    const testbed = await arrange();
    await nameOf(testbed, 1);
    testbed.identity.log.add({
      tenant: 'x',
      data: { id: 1, username: 'cat_sun_dog', shoeSize: 7 },
    });
    await until('it has taken effect', async () => (await events(testbed, 'applied')) === 1);
  });
});

describe('where it reads', () => {
  test('it begins where the log ends, without waiting, and then waits for half of a request’s time', async () => {
    const testbed = await startTestbed({ env: { ...env, REQUEST_DEADLINE_MS: '3000' } });
    testbed.identity.rename(7, 'sun_dog');
    await waits(testbed);
    const [first, second] = logAsked(testbed);
    expect(first).toBe('/api/user-events?lastEventId=latest&timeout=0');
    expect(second).toMatch(/lastEventId=\d+&timeout=1500$/);
  });

  test('more events than a batch holds are all read', async () => {
    const testbed = await arrange();
    for (let count = 0; count < 1200; count += 1) testbed.identity.log.named(9, `user_${count}`);
    await until('all are read', async () => (await events(testbed, 'applied')) === 1200);
    expect(await testbed.metric('gateway_log_position')).toBe(1200);
  });

  test('when the log has lost its end, it goes on from where that is now', async () => {
    const testbed = await arrange();
    testbed.identity.rename(8, 'one');
    testbed.identity.rename(8, 'two');
    await until('both are read', async () => (await testbed.metric('gateway_log_position')) === 2);
    testbed.identity.log.replace([]);
    await until(
      'it asks for the end',
      () => logAsked(testbed).filter((path) => path.includes('latest')).length === 2,
    );
    await waits(testbed);
    await nameOf(testbed);
    testbed.identity.rename(7, 'sun_dog');
    await becomes(testbed, 'sun_dog');
    expect(await testbed.metric('gateway_log_position')).toBe(1);
  });

  test('how far it is, and how late, is told by metrics', async () => {
    const testbed = await arrange();
    testbed.identity.rename(7, 'sun_dog');
    await until('it is read', async () => (await testbed.metric('gateway_log_position')) === 1);
    expect(await testbed.metric('gateway_log_lag_events')).toBe(0);
    expect(await testbed.metric('gateway_log_lag_seconds')).toBe(0);
    await testbed.identity.refuse();
    await until(
      'it is late',
      async () => Number(await testbed.metric('gateway_log_lag_seconds')) > 0,
    );
    expect(await testbed.metric('gateway_log_failures_total{step="read"}')).toBeGreaterThan(0);
  });
});

describe('when Identity is away', () => {
  test('it goes on where it was: what happened meanwhile takes effect', async () => {
    const testbed = await arrange();
    await nameOf(testbed);
    await testbed.identity.refuse();
    testbed.identity.rename(7, 'sun_dog');
    expect(await nameOf(testbed)).toBe('user_7');
    await testbed.identity.accept();
    await becomes(testbed, 'sun_dog', 6000);
    expect(logAsked(testbed).filter((path) => path.includes('latest'))).toHaveLength(1);
  });

  test('from the start, the gateway serves, and follows once it is there', async () => {
    const testbed = await startTestbed({ env });
    await testbed.identity.refuse();
    expect((await testbed.request('/api/posts/6')).body).toMatchObject({
      author: { username: 'user_7' },
    });
    await testbed.identity.accept();
    await until('it waits for news', () =>
      logAsked(testbed).some((path) => /timeout=[1-9]/.test(path)),
    );
    await until('the name is Identity’s', async () => {
      return (await testbed.request('/api/users/7')).headers['etag'] !== undefined;
    });
    testbed.identity.rename(7, 'sun_dog');
    await becomes(testbed, 'sun_dog');
  });

  test.each([
    ['answers 500', status(500)],
    ['has no log', status(404)],
    ['hangs up', hangsUp],
    ['tells no position', sendsJson('[]')],
    ['tells no batch', sendsJson('{}')],
    ['never answers', silent],
  ])('a log that %s costs nobody an author: names go on by time alone', async (_, behaviour) => {
    const testbed = await startTestbed({
      env: { ...env, BREAKER_VOLUME: '1', BREAKER_RESET_MS: '60000', REQUEST_DEADLINE_MS: '300' },
    });
    testbed.identity.respondWith(only(LOG, behaviour));
    await until('it has failed a few times', async () => {
      return Number(await testbed.metric('gateway_log_failures_total{step="read"}')) > 2;
    });
    const response = await testbed.request('/api/users/7');
    expect(response.body).toEqual({ id: 7, username: 'user_7' });
    expect(response.headers['proxy-status']).toBeUndefined();
    testbed.identity.respondWith();
    await until(
      'it follows',
      () => logAsked(testbed).some((path) => /timeout=[1-9]/.test(path)),
      6000,
    );
  });
});

describe('what it costs Identity', () => {
  test('one request at a time, and none of the connections that look-ups have', async () => {
    const testbed = await arrange({ UPSTREAM_CONNECTIONS: '1', REQUEST_DEADLINE_MS: '10000' });
    expect(logAsked(testbed)).toHaveLength(2);
    const response = await testbed.request('/api/posts/6');
    expect(response.body).toMatchObject({ author: { username: 'user_7' } });
    expect(response.ms).toBeLessThan(SOON_MS);
    expect(logAsked(testbed)).toHaveLength(2);
  });

  test('while its breaker is open, nothing; then it goes on', async () => {
    const testbed = await arrange();
    await nameOf(testbed);
    await commandBreaker(testbed, 'identity', 'open');
    testbed.identity.rename(8, 'one');
    await until('it was refused', async () => {
      return Number(await testbed.metric('gateway_log_failures_total{step="read"}')) > 0;
    });
    testbed.identity.clearRequests();
    testbed.identity.rename(7, 'sun_dog');
    expect(await nameOf(testbed)).toBe('user_7');
    expect(testbed.identity.requests).toEqual([]);
    await commandBreaker(testbed, 'identity', 'auto');
    await becomes(testbed, 'sun_dog', 6000);
  });

  test.each([
    ['FOLLOW_LOG=false', { FOLLOW_LOG: 'false' }],
    ['AUTHOR_STRATEGY=replica', { AUTHOR_STRATEGY: 'replica' }],
  ])('with %s, nothing', async (_, more) => {
    const testbed = await startTestbed({ env: { ...env, ...more } });
    expect((await testbed.request('/api/posts/6')).status).toBe(200);
    expect(logAsked(testbed)).toEqual([]);
    expect((await testbed.admin('/metrics')).text).not.toContain('gateway_log_');
  });

  test('its long waits are not taken for slow attempts at names', async () => {
    const testbed = await arrange();
    await nameOf(testbed);
    const { text } = await testbed.admin('/metrics');
    expect(text).toContain('upstream="identity",operation="log"');
    expect(text).not.toContain('gateway_call_duration_seconds_count{operation="log"');
  });
});

test('a gateway that stops ends its wait at once', async () => {
  const testbed = await arrange({ REQUEST_DEADLINE_MS: '10000' });
  const startedAt = performance.now();
  await testbed.gateway.stop();
  expect(performance.now() - startedAt).toBeLessThan(SOON_MS);
  const last = testbed.identity.requests.findLast(({ path }) => LOG.test(path));
  await until('Identity sees it leave', () => last?.aborted === true);
});
