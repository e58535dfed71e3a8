// GET /api/user-events as an HTTP feed: batches, bounds, long polling and how it ends.
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import {
  describeOnServer,
  embeddedDatabase,
  serverDatabase,
  type TestDatabase,
} from 'chassis/testing/database';
import { metricOf } from 'chassis/testing/metrics';
import { until } from 'chassis/testing/until';
import { createLongPoll, type LongPoll } from '../../src/events/long-poll.ts';
import { userEventRoutes } from '../../src/routes/user-events.ts';
import { openTestDatabase } from '../support/database.ts';
import { addUsersWithoutEvents } from '../support/unlogged-users.ts';
import { summaryOf, read } from '../support/event-log.ts';
import { type Identity, pointersOf, startIdentity } from '../support/service.ts';

const never = new AbortController().signal;
const timed = async <T>(work: () => Promise<T>): Promise<[T, number]> => {
  const start = performance.now();
  return [await work(), performance.now() - start];
};

describe('the feed', () => {
  let place: TestDatabase;
  let identity: Identity;
  beforeAll(async () => {
    place = await embeddedDatabase();
    const database = await openTestDatabase(place);
    // 6 of the demo, and so many that there are two whole batches and a part.
    await addUsersWithoutEvents(database.db, 1001, 1000);
    await sql`
      insert into user_events (type, user_id, username)
      select 'UserCreated', id, username from users where id > 1000 order by id`.execute(
      database.db,
    );
    await database.close();
    identity = await startIdentity(place);
  });
  afterAll(async () => {
    await identity.stop();
    await place.remove();
  });

  test('gives batches of 500 in the order of positions, and says where to go on and where the end is', async () => {
    const first = await read(identity);
    expect(first.events).toHaveLength(500);
    expect(first.nextOffset).toBe(Number(first.events.at(-1)!.id));
    expect(first.endOffset).toBe(1006);
    const second = await read(identity, `?lastEventId=${first.nextOffset}`);
    expect(second.events).toHaveLength(500);
    const third = await read(identity, `?lastEventId=${second.nextOffset}`);
    expect(third.events).toHaveLength(6);
    expect([third.nextOffset, third.endOffset]).toEqual([1006, 1006]);
    const ids = [first, second, third].flatMap(({ events }) => events.map(({ id }) => Number(id)));
    expect(ids).toEqual(Array.from({ length: 1006 }, (_, at) => at + 1));
  });

  test('at its end it gives nothing, and says to go on there', async () => {
    expect(await read(identity, '?lastEventId=1006')).toEqual({
      status: 200,
      events: [],
      nextOffset: 1006,
      endOffset: 1006,
    });
  });

  test('`latest` is the end, 0 and nothing the beginning', async () => {
    expect(await read(identity, '?lastEventId=latest')).toEqual({
      status: 200,
      events: [],
      nextOffset: 1006,
      endOffset: 1006,
    });
    expect((await read(identity, '?lastEventId=0')).events[0]!.id).toBe('1');
    expect((await read(identity)).events[0]!.id).toBe('1');
  });

  test('is a batch of CloudEvents that nobody keeps; HEAD says the same', async () => {
    for (const method of ['GET', 'HEAD']) {
      const { headers, status } = await identity.request('/api/user-events', { method });
      expect(status).toBe(200);
      expect(headers['content-type']).toBe('application/cloudevents-batch+json');
      expect(headers['cache-control']).toBe('no-store');
      expect(headers['etag']).toBeUndefined();
      expect(headers['link']).toBe('</api/user-events?lastEventId=500>; rel="next"');
      expect(headers['log-head']).toBe('1006');
    }
  });

  test.each([
    ['lastEventId=1007', '/query/lastEventId'],
    ['lastEventId=9007199254740991', '/query/lastEventId'],
    ['lastEventId=9007199254740992', '/query/lastEventId'],
    ['lastEventId=-1', '/query/lastEventId'],
    ['lastEventId=01', '/query/lastEventId'],
    ['lastEventId=', '/query/lastEventId'],
    ['lastEventId=newest', '/query/lastEventId'],
    ['lastEventId=1&lastEventId=2', '/query/lastEventId'],
    ['timeout=10001', '/query/timeout'],
    ['timeout=-1', '/query/timeout'],
    ['timeout=1.5', '/query/timeout'],
    ['timeout=', '/query/timeout'],
    ['timeout=1s', '/query/timeout'],
    ['lastEventId=1007&timeout=5000', '/query/lastEventId'],
    ['limit=10', '/query/limit'],
  ])('?%s is a 400 that points at it, at once', async (query, pointer) => {
    const [answer, ms] = await timed(() => identity.request(`/api/user-events?${query}`));
    expect([answer.status, pointersOf(answer)]).toEqual([400, [pointer]]);
    expect(ms).toBeLessThan(2_000);
  });

  test('who has something to read does not wait', async () => {
    const [page, ms] = await timed(() => read(identity, '?lastEventId=1000&timeout=10000'));
    expect(page.events).toHaveLength(6);
    expect(ms).toBeLessThan(2_000);
  });
});

describe('waiting at the feed', () => {
  let place: TestDatabase;
  let identity: Identity;
  beforeAll(async () => {
    place = await embeddedDatabase();
    identity = await startIdentity(place);
  });
  afterAll(async () => {
    await identity.stop();
    await place.remove();
  });

  test('a wait ends at its time, with nothing', async () => {
    const { endOffset } = await read(identity, '?lastEventId=latest');
    const [page, ms] = await timed(() => read(identity, `?lastEventId=${endOffset}&timeout=300`));
    expect(page).toEqual({ status: 200, events: [], nextOffset: endOffset, endOffset });
    expect(ms).toBeGreaterThanOrEqual(295);
  });

  test('a wait ends at once when somebody joins; all who wait hear of it', async () => {
    const waits = ['latest', 'latest', '1000000'].map(async (_, at) => {
      const { endOffset } = await read(identity, '?lastEventId=latest');
      return timed(() =>
        read(identity, `?lastEventId=${at === 0 ? 'latest' : endOffset}&timeout=10000`),
      );
    });
    await until('three wait', async () => (await waiting(identity)) === 3);
    const { user } = await identity.register('awaited');
    for (const [page, ms] of await Promise.all(waits)) {
      expect(summaryOf(page.events)).toEqual([['UserCreated', user.id, 'awaited']]);
      expect(page.endOffset).toBe(page.nextOffset);
      expect(ms).toBeLessThan(5_000);
    }
  });

  test('when who waits hangs up, nothing waits on', async () => {
    const gone = request(`${identity.url}/api/user-events?lastEventId=latest&timeout=10000`);
    gone.on('error', () => undefined).end();
    await until('it waits', async () => (await waiting(identity)) === 1);
    gone.destroy();
    const start = performance.now();
    await until('nobody waits', async () => (await waiting(identity)) === 0);
    expect(performance.now() - start).toBeLessThan(5_000);
    const metrics = await (await fetch(`${identity.adminUrl}/metrics`)).text();
    expect(metrics).toMatch(/route="\/api\/user-events",status="client_left"/);
  });

  test('the metric of the newest position follows', async () => {
    await identity.register('counted');
    const { endOffset } = await read(identity, '?lastEventId=latest');
    const metrics = await (await fetch(`${identity.adminUrl}/metrics`)).text();
    expect(metrics).toContain(`identity_log_head ${endOffset}\n`);
  });
});

const waiting = (service: Identity): Promise<number> => metricOf(service, 'identity_log_waiting');

test('a service that stops answers who waits at once', async () => {
  const place = await embeddedDatabase();
  const identity = await startIdentity(place);
  const wait = timed(() => read(identity, '?lastEventId=latest&timeout=10000'));
  await until('it waits', async () => (await waiting(identity)) === 1);
  const [, stopMs] = await timed(() => identity.stop());
  const [page] = await wait;
  expect([page.status, page.events]).toEqual([200, []]);
  expect(stopMs).toBeLessThan(5_000);
  await place.remove();
});

describeOnServer('two instances on a server', () => {
  test('a wait at one of them hears of what the other one writes, within its poll', async () => {
    const place = await serverDatabase();
    const [one, other] = await Promise.all([startIdentity(place), startIdentity(place)]);
    const wait = timed(() => read(one, '?lastEventId=latest&timeout=10000'));
    await until('it waits', async () => (await waiting(one)) === 1);
    const { user } = await other.register('from_afar');
    const [page, ms] = await wait;
    expect(summaryOf(page.events)).toEqual([['UserCreated', user.id, 'from_afar']]);
    expect(ms).toBeLessThan(5_000);
    await Promise.all([one.stop(), other.stop()]);
    await place.remove();
  });
});

const heads = (head: () => Promise<number> = () => Promise.resolve(0)) => {
  let looks = 0;
  const feed = createLongPoll(() => {
    looks += 1;
    return head();
  });
  return { feed, looks: () => looks };
};

describe('waiting itself', () => {
  test('is over at an announcement beyond the position, not at one before it', async () => {
    const { feed } = heads();
    let woken = false;
    const wait = feed.wait(5, 60_000, never).then(() => (woken = true));
    feed.notify(5);
    await Promise.resolve();
    expect([woken, feed.waiterCount(), feed.latestOffset()]).toEqual([false, 1, 5]);
    feed.notify(6);
    await wait;
    expect([feed.waiterCount(), feed.latestOffset()]).toEqual([0, 6]);
  });

  test('does not begin when the event is known already, when there is no time, or nobody to hear of it', async () => {
    const { feed } = heads(() => Promise.resolve(6));
    feed.notify(6);
    await feed.wait(5, 60_000, never);
    await feed.wait(6, 0, never);
    await feed.wait(6, 60_000, AbortSignal.abort());
    feed.stop();
    await feed.wait(6, 60_000, never);
    expect(feed.waiterCount()).toBe(0);
  });

  test('the log is looked at once for all who wait, and not at all when nobody does', async () => {
    let head = 0;
    const { feed, looks } = heads(() => Promise.resolve(head));
    const all = [1, 2, 3, 4, 5].map(() => feed.wait(0, 60_000, never));
    expect(looks()).toBe(0);
    head = 1;
    await Promise.all(all);
    expect([looks(), feed.waiterCount()]).toEqual([1, 0]);
    // Had it gone on looking, it would do so within this wait; that one looks for itself.
    await feed.wait(1, 400, never);
    expect(looks()).toBe(2);
  });

  test('a look that fails is followed by the next one', async () => {
    let failures = 0;
    const { feed } = heads(() => {
      failures += 1;
      return failures < 3 ? Promise.reject(new Error('no database')) : Promise.resolve(1);
    });
    await feed.wait(0, 60_000, never);
    expect(failures).toBe(3);
  });

  test('a log that lost its end is believed: who waits goes on waiting, and one look is for all', async () => {
    let head = 7;
    const { feed, looks } = heads(() => Promise.resolve(head));
    feed.notify(7);
    head = 5;
    const all = [1, 2, 3].map(() => feed.wait(5, 60_000, never));
    await until('it was looked', () => Promise.resolve(feed.latestOffset() === 5));
    expect([looks(), feed.waiterCount()]).toEqual([1, 3]);
    feed.notify(6);
    await Promise.all(all);
    // So does a look for those who wait at the end, as they believe.
    feed.notify(9);
    await feed.wait(9, 400, never);
    expect(feed.latestOffset()).toBe(5);
  });

  test('what is announced during a look is newer than what that finds', async () => {
    const pending = Promise.withResolvers<number>();
    const { feed } = heads(() => pending.promise);
    feed.notify(7);
    const wait = feed.wait(6, 60_000, never);
    feed.notify(8);
    pending.resolve(5);
    await wait;
    expect(feed.latestOffset()).toBe(8);
  });

  test('that begins behind the newest position is over at its time, and at its signal, whatever a look takes', async () => {
    const { feed } = heads(() => new Promise(() => undefined));
    feed.notify(7);
    await feed.wait(5, 20, never);
    const controller = new AbortController();
    const wait = feed.wait(5, 60_000, controller.signal);
    controller.abort();
    await wait;
    expect(feed.waiterCount()).toBe(0);
  });

  test('that begins behind the newest position is over at once when the log cannot be asked', async () => {
    const { feed } = heads(() => Promise.reject(new Error('no database')));
    feed.notify(7);
    const [, ms] = await timed(() => feed.wait(5, 60_000, never));
    expect(ms).toBeLessThan(200);
    expect(feed.latestOffset()).toBe(7);
  });

  test('a signal that aborts ends it, and is not listened to any more after another end', async () => {
    const { feed } = heads();
    const controller = new AbortController();
    const wait = feed.wait(0, 60_000, controller.signal);
    controller.abort();
    await wait;
    expect(feed.waiterCount()).toBe(0);
  });

  test('too many who wait are told to come again', async () => {
    const batch = { events: [], nextOffset: 0, endOffset: 0 };
    const log = { endOffset: () => Promise.resolve(0), after: () => Promise.resolve(batch) };
    const feed: LongPoll = { ...heads().feed, waiterCount: () => 100 };
    const [route] = userEventRoutes(log, feed);
    const refused = route!.handle({ headers: {} } as never, { timeout: '1000' });
    await expect(refused).rejects.toMatchObject({
      slug: 'overloaded',
      headers: { 'Retry-After': '1' },
    });
    expect(await route!.handle({ headers: {} } as never, {})).toMatchObject({ body: '[]' });
  });
});
