// Consuming Identity's user event log: an event invalidates its user, however long names are cached.
import { describe, expect, test } from '@jest/globals';
import { commandBreaker } from '../support/breakers.ts';
import { hangsUp, only, sendsJson, silent, status } from '../support/faulty-responders.ts';
import { until } from 'chassis/testing/until';
import { startTestbed, type Testbed } from '../support/testbed.ts';

const LOG = /^\/api\/user-events/;
const USERS = /^\/api\/users/;
const REPLICA = /^\/api\/authors/;
const env = {
  AUTHOR_STRATEGY: 'hybrid',
  FOLLOW_LOG: 'true',
  // Nothing expires in this time, so only an event can cause a new request.
  AUTHOR_TTL_MS: '600000',
  AUTHOR_ABSENT_TTL_MS: '600000',
  POST_TTL_MS: '600000',
  BREAKER_RESET_MS: '100',
};
/** An event shows in answers within a second. */
const SOON_MS = 1000;

const logRequests = ({ identity }: Testbed): string[] =>
  identity.requests.filter(({ path }) => LOG.test(path)).map(({ path }) => path);

/** Starts a gateway, and waits until it waits for new events at the end of the log. */
async function arrange(extraEnv: Readonly<Record<string, string>> = {}) {
  const testbed = await startTestbed({ env: { ...env, ...extraEnv } });
  await untilWaiting(testbed);
  return testbed;
}

const untilWaiting = (testbed: Testbed) =>
  until('the gateway waits for new events', () => {
    const [, after] =
      /lastEventId=(\d+)&timeout=[1-9]/.exec(logRequests(testbed).at(-1) ?? '') ?? [];
    return after === String(testbed.identity.log.endOffset);
  });

const nameOf = async ({ request }: Testbed, id = 7): Promise<unknown> =>
  ((await request(`/api/users/${id}`)).body as { username?: unknown }).username;
const untilNameIs = (testbed: Testbed, name: string | undefined, limitMs = SOON_MS) =>
  until(`the name is ${name}`, async () => (await nameOf(testbed)) === name, limitMs);
const events = ({ metric }: Testbed, outcome: string) =>
  metric(`gateway_log_events_total{outcome="${outcome}"}`);

describe('an event', () => {
  test('about a new name changes every answer within a second, however long names are fresh', async () => {
    const testbed = await arrange();
    await testbed.request('/api/posts/6');
    expect(await nameOf(testbed)).toBe('user_7');
    testbed.identity.rename(7, 'sun_dog');
    await untilNameIs(testbed, 'sun_dog');
    for (const path of ['/api/posts/6', '/api/posts?ids=6', '/api/users/7/posts'])
      expect((await testbed.request(path)).text).toContain('"sun_dog"');
  });

  test('about a deleted user makes the user a 404, and the author null', async () => {
    const testbed = await arrange();
    await testbed.request('/api/posts/6');
    testbed.identity.rename(7, null);
    await until(
      'the user is a 404',
      async () => (await testbed.request('/api/users/7')).status === 404,
    );
    const response = await testbed.request('/api/posts/6');
    expect(response.body).toMatchObject({ author: null });
    expect(response.headers['etag']).toBeDefined();
  });

  test('about a new user invalidates the cached absence', async () => {
    const testbed = await arrange();
    expect((await testbed.request('/api/users/200')).status).toBe(404);
    testbed.identity.rename(200, 'late_riser');
    await until('Identity has another request', async () => {
      await testbed.request('/api/users/200');
      return testbed.identity.count(/users\/200$/) === 2;
    });
  });

  test('that never came is counted as a name that changed without an event; an event that came is not', async () => {
    const testbed = await arrange({ AUTHOR_TTL_MS: '1' });
    const changed = () => testbed.metric('gateway_author_renewals_total{result="changed"}');
    await nameOf(testbed);
    testbed.identity.rename(7, 'sun_dog');
    await untilNameIs(testbed, 'sun_dog');
    await until('the name was refreshed again', async () => {
      await nameOf(testbed);
      return ((await testbed.metric('gateway_author_renewals_total{result="same"}')) ?? 0) > 1;
    });
    const before = await changed();
    testbed.identity.users.set(7, 'moon_dog');
    await until('the name is the new one', async () => (await nameOf(testbed)) === 'moon_dog');
    expect(await changed()).toBe(before! + 1);
  });

  test('invalidates no other user', async () => {
    const testbed = await arrange();
    await nameOf(testbed, 8);
    testbed.identity.rename(7, 'sun_dog');
    await until('the event is applied', async () => (await events(testbed, 'applied')) === 1);
    testbed.identity.clearRequests();
    expect(await nameOf(testbed, 8)).toBe('user_8');
    expect(testbed.identity.count(USERS)).toBe(0);
  });

  test('does not store its own name: the next answer has the name that Identity returns', async () => {
    const testbed = await arrange();
    await nameOf(testbed);
    testbed.identity.log.named(7, 'only_in_the_log');
    await until('the event is applied', async () => (await events(testbed, 'applied')) === 1);
    expect(await nameOf(testbed)).toBe('user_7');
  });

  test('is not undone by a request in flight: no caller joins the request, and its response is not cached', async () => {
    const testbed = await arrange();
    const release = testbed.identity.hold(USERS);
    const before = testbed.request('/api/users/7');
    await until('Identity has the request', () => testbed.identity.count(USERS) === 1);
    testbed.identity.rename(7, 'sun_dog');
    await until('the event is applied', async () => (await events(testbed, 'applied')) === 1);
    const during = testbed.request('/api/users/7');
    await until('Identity has another request', () => testbed.identity.count(USERS) === 2);
    release();
    expect((await before).body).toMatchObject({ username: 'user_7' });
    expect((await during).body).toMatchObject({ username: 'sun_dog' });
    testbed.identity.clearRequests();
    expect(await nameOf(testbed)).toBe('sun_dog');
    expect(testbed.identity.count(USERS)).toBe(0);
  });

  test('keeps later callers from joining a request to the replica in flight', async () => {
    const testbed = await arrange();
    testbed.identity.respondWith(only(USERS, status(500)));
    const release = testbed.social.hold(REPLICA);
    const before = testbed.request('/api/users/7');
    await until('the replica has the request', () => testbed.social.count(REPLICA) === 1);
    testbed.social.replica.set(7, 'sun_dog');
    testbed.identity.rename(7, 'sun_dog');
    await until('the event is applied', async () => (await events(testbed, 'applied')) === 1);
    const after = testbed.request('/api/users/7');
    await until('the replica has another request', () => testbed.social.count(REPLICA) === 2);
    release();
    expect((await before).body).toMatchObject({ username: 'user_7' });
    expect((await after).body).toMatchObject({ username: 'sun_dog' });
  });

  test('that the replica has not applied yet leaves its older name in answers, marked as degraded, while Identity is down', async () => {
    const testbed = await arrange();
    await nameOf(testbed);
    testbed.identity.rename(7, 'sun_dog');
    await until('the event is applied', async () => (await events(testbed, 'applied')) === 1);
    await testbed.identity.refuse();
    const late = await testbed.request('/api/users/7');
    const degraded = [{ part: 'author', reason: 'replica', ids: [7] }];
    expect(late.body).toEqual({ id: 7, username: 'user_7', degraded });
    expect(late.headers['cache-status']).toBe('author; fwd=miss; detail=replica');
    testbed.social.replica.set(7, 'sun_dog');
    expect(await nameOf(testbed)).toBe('sun_dog');
  });
});

describe('an unusual event', () => {
  test('of an unknown type is skipped and counted, and the next event is applied', async () => {
    const testbed = await arrange();
    await nameOf(testbed);
    testbed.identity.log.add({ type: 'UserFrozen', data: { since: 1 } });
    testbed.identity.rename(7, 'sun_dog');
    await untilNameIs(testbed, 'sun_dog');
    expect(
      await Promise.all(['applied', 'skipped', 'broken'].map((o) => events(testbed, o))),
    ).toEqual([1, 1, 0]);
  });

  test.each<[string, Record<string, unknown> | string | null]>([
    ['has no name', { data: { id: 7 } }],
    ['has another user as its subject', { subject: '8' }],
    ['has no id', { id: undefined }],
    ['is no object', 'UserUpdated'],
    ['is null', null],
  ])('that %s is counted and logged, and the next event is applied', async (_, event) => {
    const testbed = await arrange();
    await nameOf(testbed);
    testbed.identity.log.add(event);
    testbed.identity.rename(7, 'sun_dog');
    await untilNameIs(testbed, 'sun_dog');
    expect(await events(testbed, 'broken')).toBe(1);
    const [line, ...others] = testbed.lines.filter(({ msg }) =>
      String(msg).includes('breaks the contract'),
    );
    expect([line?.['consumer'], others]).toEqual(['gateway', []]);
    expect(JSON.stringify(line)).not.toContain('cat_sun_dog');
  });

  test('that breaks the contract is always counted, but logged less than 5 times of 600', async () => {
    const testbed = await arrange();
    for (let count = 0; count < 600; count += 1) testbed.identity.log.add({ subject: '8' });
    await until('all events are read', async () => (await events(testbed, 'broken')) === 600);
    const lines = testbed.lines.filter(({ msg }) => String(msg).includes('breaks the contract'));
    expect(lines.length).toBeLessThan(5);
  });

  test('with unknown fields is applied', async () => {
    const testbed = await arrange();
    await nameOf(testbed, 1);
    testbed.identity.log.add({
      tenant: 'x',
      data: { id: 1, username: 'cat_sun_dog', shoeSize: 7 },
    });
    await until('the event is applied', async () => (await events(testbed, 'applied')) === 1);
  });
});

describe('reading the log', () => {
  test('starts at its end without waiting, and then waits for half of a request’s time', async () => {
    const testbed = await startTestbed({ env: { ...env, REQUEST_DEADLINE_MS: '3000' } });
    testbed.identity.rename(7, 'sun_dog');
    await untilWaiting(testbed);
    const [first, second] = logRequests(testbed);
    expect(first).toBe('/api/user-events?lastEventId=latest&timeout=0');
    expect(second).toMatch(/lastEventId=\d+&timeout=1500$/);
  });

  test('reads all events when there are more than a batch holds', async () => {
    const testbed = await arrange();
    for (let count = 0; count < 1200; count += 1) testbed.identity.log.named(9, `user_${count}`);
    await until('all events are read', async () => (await events(testbed, 'applied')) === 1200);
    expect(await testbed.metric('gateway_log_position')).toBe(1200);
  });

  test('continues at the new end of a log that has lost its last events', async () => {
    const testbed = await arrange();
    testbed.identity.rename(8, 'one');
    testbed.identity.rename(8, 'two');
    await until(
      'both events are read',
      async () => (await testbed.metric('gateway_log_position')) === 2,
    );
    testbed.identity.log.replace([]);
    await until(
      'the gateway has requested the end again',
      () => logRequests(testbed).filter((path) => path.includes('latest')).length === 2,
    );
    await untilWaiting(testbed);
    await nameOf(testbed);
    testbed.identity.rename(7, 'sun_dog');
    await untilNameIs(testbed, 'sun_dog');
    expect(await testbed.metric('gateway_log_position')).toBe(1);
  });

  test('exports its offset and its lag', async () => {
    const testbed = await arrange();
    testbed.identity.rename(7, 'sun_dog');
    await until(
      'the event is read',
      async () => (await testbed.metric('gateway_log_position')) === 1,
    );
    expect(await testbed.metric('gateway_log_lag_events')).toBe(0);
    expect(await testbed.metric('gateway_log_lag_seconds')).toBe(0);
    await testbed.identity.refuse();
    await until(
      'the lag grows',
      async () => Number(await testbed.metric('gateway_log_lag_seconds')) > 0,
    );
    expect(await testbed.metric('gateway_log_failures_total{step="read"}')).toBeGreaterThan(0);
  });
});

describe('while Identity or its log is unavailable', () => {
  test('the gateway keeps its offset, so that it applies the events of the meantime afterwards', async () => {
    const testbed = await arrange();
    await nameOf(testbed);
    await testbed.identity.refuse();
    testbed.identity.rename(7, 'sun_dog');
    expect(await nameOf(testbed)).toBe('user_7');
    await testbed.identity.accept();
    await untilNameIs(testbed, 'sun_dog', 6000);
    expect(logRequests(testbed).filter((path) => path.includes('latest'))).toHaveLength(1);
  });

  test('a new gateway serves answers, and consumes the log afterwards', async () => {
    const testbed = await startTestbed({ env });
    await testbed.identity.refuse();
    expect((await testbed.request('/api/posts/6')).body).toMatchObject({
      author: { username: 'user_7' },
    });
    await testbed.identity.accept();
    await until('the gateway waits for new events', () =>
      logRequests(testbed).some((path) => /timeout=[1-9]/.test(path)),
    );
    await until('the name is Identity’s', async () => {
      return (await testbed.request('/api/users/7')).headers['etag'] !== undefined;
    });
    testbed.identity.rename(7, 'sun_dog');
    await untilNameIs(testbed, 'sun_dog');
  });

  test.each([
    ['answers 500', status(500)],
    ['answers 404', status(404)],
    ['closes the connection', hangsUp],
    ['answers without an offset', sendsJson('[]')],
    ['answers with an object', sendsJson('{}')],
    ['never answers', silent],
  ])('names are served, and expire by time alone, when the log %s', async (_, responder) => {
    const testbed = await startTestbed({
      env: { ...env, BREAKER_VOLUME: '1', BREAKER_RESET_MS: '60000', REQUEST_DEADLINE_MS: '300' },
    });
    testbed.identity.respondWith(only(LOG, responder));
    await until('reading has failed a few times', async () => {
      return Number(await testbed.metric('gateway_log_failures_total{step="read"}')) > 2;
    });
    const response = await testbed.request('/api/users/7');
    expect(response.body).toEqual({ id: 7, username: 'user_7' });
    expect(response.headers['proxy-status']).toBeUndefined();
    testbed.identity.respondWith();
    await until(
      'the gateway consumes the log',
      () => logRequests(testbed).some((path) => /timeout=[1-9]/.test(path)),
      6000,
    );
  });
});

describe('the load on Identity', () => {
  test('is one request at a time, on none of the connections for other requests', async () => {
    const testbed = await arrange({ UPSTREAM_CONNECTIONS: '1', REQUEST_DEADLINE_MS: '10000' });
    expect(logRequests(testbed)).toHaveLength(2);
    const response = await testbed.request('/api/posts/6');
    expect(response.body).toMatchObject({ author: { username: 'user_7' } });
    expect(response.ms).toBeLessThan(SOON_MS);
    expect(logRequests(testbed)).toHaveLength(2);
  });

  test('is zero while its breaker is open; afterwards reading continues', async () => {
    const testbed = await arrange();
    await nameOf(testbed);
    await commandBreaker(testbed, 'identity', 'open');
    testbed.identity.rename(8, 'one');
    await until('the breaker has rejected a read', async () => {
      return Number(await testbed.metric('gateway_log_failures_total{step="read"}')) > 0;
    });
    testbed.identity.clearRequests();
    testbed.identity.rename(7, 'sun_dog');
    expect(await nameOf(testbed)).toBe('user_7');
    expect(testbed.identity.requests).toEqual([]);
    await commandBreaker(testbed, 'identity', 'auto');
    await untilNameIs(testbed, 'sun_dog', 6000);
  });

  test.each([
    ['FOLLOW_LOG=false', { FOLLOW_LOG: 'false' }],
    ['AUTHOR_STRATEGY=replica', { AUTHOR_STRATEGY: 'replica' }],
  ])('is zero with %s', async (_, extraEnv) => {
    const testbed = await startTestbed({ env: { ...env, ...extraEnv } });
    expect((await testbed.request('/api/posts/6')).status).toBe(200);
    expect(logRequests(testbed)).toEqual([]);
    expect((await testbed.admin('/metrics')).text).not.toContain('gateway_log_');
  });

  test('is not measured as slow requests for names', async () => {
    const testbed = await arrange();
    await nameOf(testbed);
    const { text } = await testbed.admin('/metrics');
    expect(text).toContain('upstream="identity",operation="log"');
    expect(text).not.toContain('gateway_call_duration_seconds_count{operation="log"');
  });
});

test('a gateway that stops cancels its long poll at once', async () => {
  const testbed = await arrange({ REQUEST_DEADLINE_MS: '10000' });
  const startedAt = performance.now();
  await testbed.gateway.stop();
  expect(performance.now() - startedAt).toBeLessThan(SOON_MS);
  const last = testbed.identity.requests.findLast(({ path }) => LOG.test(path));
  await until('Identity sees the disconnect', () => last?.aborted === true);
});
