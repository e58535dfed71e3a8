// Following Identity's log: what an event is about is asked for anew, whatever is remembered and for how long.
import { describe, expect, test } from '@jest/globals';
import { command } from '../support/breakers.ts';
import { hangsUp, only, says, silent, status } from '../support/behaviours.ts';
import { until } from 'chassis/testing/until';
import { stage, type Stage } from '../support/stage.ts';

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

const logAsked = ({ identity }: Stage): string[] =>
  identity.seen.filter(({ path }) => LOG.test(path)).map(({ path }) => path);

/** The gateway knows where the log ends, and waits there. */
async function arrange(more: Readonly<Record<string, string>> = {}) {
  const it = await stage({ env: { ...env, ...more } });
  await waits(it);
  return it;
}

const waits = (it: Stage) =>
  until('it waits for news', () => {
    const [, after] = /lastEventId=(\d+)&timeout=[1-9]/.exec(logAsked(it).at(-1) ?? '') ?? [];
    return after === String(it.identity.log.head);
  });

const nameOf = async ({ get }: Stage, id = 7): Promise<unknown> =>
  ((await get(`/api/users/${id}`)).body as { username?: unknown }).username;
const becomes = (it: Stage, name: string | undefined, limitMs = SOON_MS) =>
  until(`the name is ${name}`, async () => (await nameOf(it)) === name, limitMs);
const events = ({ metric }: Stage, outcome: string) =>
  metric(`gateway_log_events_total{outcome="${outcome}"}`);

describe('an event', () => {
  test('of a new name is in every answer within a second, however long names are fresh', async () => {
    const it = await arrange();
    await it.get('/api/posts/6');
    expect(await nameOf(it)).toBe('user_7');
    it.identity.rename(7, 'sun_dog');
    await becomes(it, 'sun_dog');
    for (const path of ['/api/posts/6', '/api/posts?ids=6', '/api/users/7/posts'])
      expect((await it.get(path)).text).toContain('"sun_dog"');
  });

  test('of somebody who has left makes them null, and a 404', async () => {
    const it = await arrange();
    await it.get('/api/posts/6');
    it.identity.rename(7, null);
    await until('they are gone', async () => (await it.get('/api/users/7')).status === 404);
    const heard = await it.get('/api/posts/6');
    expect(heard.body).toMatchObject({ author: null });
    expect(heard.headers['etag']).toBeDefined();
  });

  test('of a user who was not there before ends that they are not', async () => {
    const it = await arrange();
    expect((await it.get('/api/users/200')).status).toBe(404);
    it.identity.rename(200, 'late_riser');
    await until('Identity is asked again', async () => {
      await it.get('/api/users/200');
      return it.identity.asked(/users\/200$/) === 2;
    });
  });

  test('that never came shows as a name that changed unheard; one that came does not', async () => {
    const it = await arrange({ AUTHOR_TTL_MS: '1' });
    const changed = () => it.metric('gateway_author_renewals_total{result="changed"}');
    await nameOf(it);
    it.identity.rename(7, 'sun_dog');
    await becomes(it, 'sun_dog');
    await until('it is asked for again', async () => {
      await nameOf(it);
      return ((await it.metric('gateway_author_renewals_total{result="same"}')) ?? 0) > 1;
    });
    const before = await changed();
    it.identity.renameUnheard(7, 'moon_dog');
    await until('it is the new one', async () => (await nameOf(it)) === 'moon_dog');
    expect(await changed()).toBe(before! + 1);
  });

  test('forgets nobody else', async () => {
    const it = await arrange();
    await nameOf(it, 8);
    it.identity.rename(7, 'sun_dog');
    await until('it has taken effect', async () => (await events(it, 'applied')) === 1);
    it.identity.forget();
    expect(await nameOf(it, 8)).toBe('user_8');
    expect(it.identity.asked(USERS)).toBe(0);
  });

  test('does not put its own name in: the next answer is what Identity says', async () => {
    const it = await arrange();
    await nameOf(it);
    it.identity.log.named(7, 'only_in_the_log');
    await until('it has taken effect', async () => (await events(it, 'applied')) === 1);
    expect(await nameOf(it)).toBe('user_7');
  });

  test('is not undone by a look-up that was in the air: nobody joins it, and its answer is not kept', async () => {
    const it = await arrange();
    const release = it.identity.hold(USERS);
    const before = it.get('/api/users/7');
    await until('Identity is asked', () => it.identity.asked(USERS) === 1);
    it.identity.rename(7, 'sun_dog');
    await until('the event took effect', async () => (await events(it, 'applied')) === 1);
    const during = it.get('/api/users/7');
    await until('Identity is asked again', () => it.identity.asked(USERS) === 2);
    release();
    expect((await before).body).toMatchObject({ username: 'user_7' });
    expect((await during).body).toMatchObject({ username: 'sun_dog' });
    it.identity.forget();
    expect(await nameOf(it)).toBe('sun_dog');
    expect(it.identity.asked(USERS)).toBe(0);
  });

  test('lets nobody join a request to the copy that was on its way', async () => {
    const it = await arrange();
    it.identity.behave(only(USERS, status(500)));
    const release = it.social.hold(COPY);
    const before = it.get('/api/users/7');
    await until('the copy is asked', () => it.social.asked(COPY) === 1);
    it.social.copy.hold(7, 'sun_dog');
    it.identity.rename(7, 'sun_dog');
    await until('the event took effect', async () => (await events(it, 'applied')) === 1);
    const after = it.get('/api/users/7');
    await until('the copy is asked again', () => it.social.asked(COPY) === 2);
    release();
    expect((await before).body).toMatchObject({ username: 'user_7' });
    expect((await after).body).toMatchObject({ username: 'sun_dog' });
  });

  test('of which the copy has not heard yet: while Identity is down the older name stands in, and says so', async () => {
    const it = await arrange();
    await nameOf(it);
    it.identity.rename(7, 'sun_dog');
    await until('it has taken effect', async () => (await events(it, 'applied')) === 1);
    await it.identity.refuse();
    const late = await it.get('/api/users/7');
    expect(late.body).toEqual({ id: 7, username: 'user_7' });
    expect(late.headers['cache-status']).toBe('author; fwd=miss; detail=replica');
    it.social.copy.hold(7, 'sun_dog');
    expect(await nameOf(it)).toBe('sun_dog');
  });
});

describe('events that cannot take effect', () => {
  test('of an unknown type are skipped and counted, and the next one takes effect', async () => {
    const it = await arrange();
    await nameOf(it);
    it.identity.log.add({ type: 'UserFrozen', data: { since: 1 } });
    it.identity.rename(7, 'sun_dog');
    await becomes(it, 'sun_dog');
    expect(await Promise.all(['applied', 'skipped', 'broken'].map((o) => events(it, o)))).toEqual([
      1, 1, 0,
    ]);
  });

  test.each<[string, Record<string, unknown> | string | null]>([
    ['lacks its name', { data: { id: 7 } }],
    ['is about somebody else than it says', { subject: '8' }],
    ['has no id', { id: undefined }],
    ['is no object', 'UserUpdated'],
    ['is null', null],
  ])('one that %s is counted and told, and the next one takes effect', async (_, event) => {
    const it = await arrange();
    await nameOf(it);
    it.identity.log.add(event);
    it.identity.rename(7, 'sun_dog');
    await becomes(it, 'sun_dog');
    expect(await events(it, 'broken')).toBe(1);
    const [line, ...others] = it.lines.filter(({ msg }) =>
      String(msg).includes('breaks the contract'),
    );
    expect([line?.['consumer'], others]).toEqual(['gateway', []]);
    expect(JSON.stringify(line)).not.toContain('cat_sun_dog');
  });

  test('in masses are told a few times, and all counted', async () => {
    const it = await arrange();
    for (let count = 0; count < 600; count += 1) it.identity.log.add({ subject: '8' });
    await until('all are read', async () => (await events(it, 'broken')) === 600);
    const lines = it.lines.filter(({ msg }) => String(msg).includes('breaks the contract'));
    expect(lines.length).toBeLessThan(5);
  });

  test('with more fields than are known are as good as any', async () => {
    const it = await arrange();
    await nameOf(it, 1);
    it.identity.log.add({ tenant: 'x', data: { id: 1, username: 'cat_sun_dog', shoeSize: 7 } });
    await until('it has taken effect', async () => (await events(it, 'applied')) === 1);
  });
});

describe('where it reads', () => {
  test('it begins where the log ends, without waiting, and then waits for half of a request’s time', async () => {
    const it = await stage({ env: { ...env, REQUEST_DEADLINE_MS: '3000' } });
    it.identity.rename(7, 'sun_dog');
    await waits(it);
    const [first, second] = logAsked(it);
    expect(first).toBe('/api/user-events?lastEventId=latest&timeout=0');
    expect(second).toMatch(/lastEventId=\d+&timeout=1500$/);
  });

  test('more events than a batch holds are all read', async () => {
    const it = await arrange();
    for (let count = 0; count < 1200; count += 1) it.identity.log.named(9, `user_${count}`);
    await until('all are read', async () => (await events(it, 'applied')) === 1200);
    expect(await it.metric('gateway_log_position')).toBe(1200);
  });

  test('when the log has lost its end, it goes on from where that is now', async () => {
    const it = await arrange();
    it.identity.rename(8, 'one');
    it.identity.rename(8, 'two');
    await until('both are read', async () => (await it.metric('gateway_log_position')) === 2);
    it.identity.log.lose();
    await until(
      'it asks for the end',
      () => logAsked(it).filter((path) => path.includes('latest')).length === 2,
    );
    await waits(it);
    await nameOf(it);
    it.identity.rename(7, 'sun_dog');
    await becomes(it, 'sun_dog');
    expect(await it.metric('gateway_log_position')).toBe(1);
  });

  test('how far it is, and how late, is told by metrics', async () => {
    const it = await arrange();
    it.identity.rename(7, 'sun_dog');
    await until('it is read', async () => (await it.metric('gateway_log_position')) === 1);
    expect(await it.metric('gateway_log_lag_events')).toBe(0);
    expect(await it.metric('gateway_log_lag_seconds')).toBe(0);
    await it.identity.refuse();
    await until('it is late', async () => Number(await it.metric('gateway_log_lag_seconds')) > 0);
    expect(await it.metric('gateway_log_failures_total{step="read"}')).toBeGreaterThan(0);
  });
});

describe('when Identity is away', () => {
  test('it goes on where it was: what happened meanwhile takes effect', async () => {
    const it = await arrange();
    await nameOf(it);
    await it.identity.refuse();
    it.identity.rename(7, 'sun_dog');
    expect(await nameOf(it)).toBe('user_7');
    await it.identity.accept();
    await becomes(it, 'sun_dog', 6000);
    expect(logAsked(it).filter((path) => path.includes('latest'))).toHaveLength(1);
  });

  test('from the start, the gateway serves, and follows once it is there', async () => {
    const it = await stage({ env });
    await it.identity.refuse();
    expect((await it.get('/api/posts/6')).body).toMatchObject({ author: { username: 'user_7' } });
    await it.identity.accept();
    await until('it waits for news', () => logAsked(it).some((path) => /timeout=[1-9]/.test(path)));
    await until('the name is Identity’s', async () => {
      return (await it.get('/api/users/7')).headers['etag'] !== undefined;
    });
    it.identity.rename(7, 'sun_dog');
    await becomes(it, 'sun_dog');
  });

  test.each([
    ['answers 500', status(500)],
    ['has no log', status(404)],
    ['hangs up', hangsUp],
    ['tells no position', says('[]')],
    ['tells no batch', says('{}')],
    ['never answers', silent],
  ])('a log that %s costs nobody an author: names go on by time alone', async (_, behaviour) => {
    const it = await stage({
      env: { ...env, BREAKER_VOLUME: '1', BREAKER_RESET_MS: '60000', REQUEST_DEADLINE_MS: '300' },
    });
    it.identity.behave(only(LOG, behaviour));
    await until('it has failed a few times', async () => {
      return Number(await it.metric('gateway_log_failures_total{step="read"}')) > 2;
    });
    const heard = await it.get('/api/users/7');
    expect(heard.body).toEqual({ id: 7, username: 'user_7' });
    expect(heard.headers['proxy-status']).toBeUndefined();
    it.identity.behave();
    await until('it follows', () => logAsked(it).some((path) => /timeout=[1-9]/.test(path)), 6000);
  });
});

describe('what it costs Identity', () => {
  test('one request at a time, and none of the connections that look-ups have', async () => {
    const it = await arrange({ UPSTREAM_CONNECTIONS: '1', REQUEST_DEADLINE_MS: '10000' });
    expect(logAsked(it)).toHaveLength(2);
    const heard = await it.get('/api/posts/6');
    expect(heard.body).toMatchObject({ author: { username: 'user_7' } });
    expect(heard.ms).toBeLessThan(SOON_MS);
    expect(logAsked(it)).toHaveLength(2);
  });

  test('while its breaker is open, nothing; then it goes on', async () => {
    const it = await arrange();
    await nameOf(it);
    await command(it, 'identity', 'open');
    it.identity.rename(8, 'one');
    await until('it was refused', async () => {
      return Number(await it.metric('gateway_log_failures_total{step="read"}')) > 0;
    });
    it.identity.forget();
    it.identity.rename(7, 'sun_dog');
    expect(await nameOf(it)).toBe('user_7');
    expect(it.identity.seen).toEqual([]);
    await command(it, 'identity', 'auto');
    await becomes(it, 'sun_dog', 6000);
  });

  test.each([
    ['FOLLOW_LOG=false', { FOLLOW_LOG: 'false' }],
    ['AUTHOR_STRATEGY=replica', { AUTHOR_STRATEGY: 'replica' }],
  ])('with %s, nothing', async (_, more) => {
    const it = await stage({ env: { ...env, ...more } });
    expect((await it.get('/api/posts/6')).status).toBe(200);
    expect(logAsked(it)).toEqual([]);
    expect((await it.admin('/metrics')).text).not.toContain('gateway_log_');
  });

  test('its long waits are not taken for slow attempts at names', async () => {
    const it = await arrange();
    await nameOf(it);
    const { text } = await it.admin('/metrics');
    expect(text).toContain('upstream="identity",operation="log"');
    expect(text).not.toContain('gateway_call_duration_seconds_count{operation="log"');
  });
});

test('a gateway that stops ends its wait at once', async () => {
  const it = await arrange({ REQUEST_DEADLINE_MS: '10000' });
  const startedAt = performance.now();
  await it.gateway.stop();
  expect(performance.now() - startedAt).toBeLessThan(SOON_MS);
  const last = it.identity.seen.findLast(({ path }) => LOG.test(path));
  await until('Identity sees it leave', () => last?.left === true);
});
