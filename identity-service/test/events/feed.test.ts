// GET /api/user-events as an HTTP feed: batches, limits, and long polls and their ends.
import { getEventListeners } from 'node:events';
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
import { createLongPoll } from 'chassis/event-log/long-poll';
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
  let testDatabase: TestDatabase;
  let identity: Identity;
  beforeAll(async () => {
    testDatabase = await embeddedDatabase();
    const database = await openTestDatabase(testDatabase);
    // With the 6 demo users there are two full batches of 500, and a batch of 6.
    await addUsersWithoutEvents(database.db, 1001, 1000);
    await sql`
      insert into user_events (type, user_id, username)
      select 'UserCreated', id, username from users where id > 1000 order by id`.execute(
      database.db,
    );
    await database.close();
    identity = await startIdentity(testDatabase);
  });
  afterAll(async () => {
    await identity.stop();
    await testDatabase.remove();
  });

  test('returns batches of 500 events in the order of offsets, with the next offset and the end offset', async () => {
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

  test('returns no events at its end, and its end as the next offset', async () => {
    expect(await read(identity, '?lastEventId=1006')).toEqual({
      status: 200,
      events: [],
      nextOffset: 1006,
      endOffset: 1006,
    });
  });

  test('starts at the end for `latest`, and at the beginning for 0 and without an offset', async () => {
    expect(await read(identity, '?lastEventId=latest')).toEqual({
      status: 200,
      events: [],
      nextOffset: 1006,
      endOffset: 1006,
    });
    expect((await read(identity, '?lastEventId=0')).events[0]!.id).toBe('1');
    expect((await read(identity)).events[0]!.id).toBe('1');
  });

  test('is a batch of CloudEvents that must not be cached; HEAD has the same headers', async () => {
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
  ])('answers ?%s at once with a 400 that points at %s', async (query, pointer) => {
    const [response, ms] = await timed(() => identity.request(`/api/user-events?${query}`));
    expect([response.status, pointersOf(response)]).toEqual([400, [pointer]]);
    expect(ms).toBeLessThan(2_000);
  });

  test('answers at once when there are events to read, also with a timeout', async () => {
    const [page, ms] = await timed(() => read(identity, '?lastEventId=1000&timeout=10000'));
    expect(page.events).toHaveLength(6);
    expect(ms).toBeLessThan(2_000);
  });
});

describe('a long poll of the feed', () => {
  let testDatabase: TestDatabase;
  let identity: Identity;
  beforeAll(async () => {
    testDatabase = await embeddedDatabase();
    identity = await startIdentity(testDatabase);
  });
  afterAll(async () => {
    await identity.stop();
    await testDatabase.remove();
  });

  test('ends at the timeout, without events', async () => {
    const { endOffset } = await read(identity, '?lastEventId=latest');
    const [page, ms] = await timed(() => read(identity, `?lastEventId=${endOffset}&timeout=300`));
    expect(page).toEqual({ status: 200, events: [], nextOffset: endOffset, endOffset });
    expect(ms).toBeGreaterThanOrEqual(295);
  });

  test('ends at once for all waiting clients, with the event, when a user registers', async () => {
    const polls = ['latest', 'latest', '1000000'].map(async (_, at) => {
      const { endOffset } = await read(identity, '?lastEventId=latest');
      return timed(() =>
        read(identity, `?lastEventId=${at === 0 ? 'latest' : endOffset}&timeout=10000`),
      );
    });
    await until('three clients wait', async () => (await waitingClients(identity)) === 3);
    const { user } = await identity.register('awaited');
    for (const [page, ms] of await Promise.all(polls)) {
      expect(summaryOf(page.events)).toEqual([['UserCreated', user.id, 'awaited']]);
      expect(page.endOffset).toBe(page.nextOffset);
      expect(ms).toBeLessThan(5_000);
    }
  });

  test('ends when the client disconnects', async () => {
    const client = request(`${identity.url}/api/user-events?lastEventId=latest&timeout=10000`);
    client.on('error', () => undefined).end();
    await until('a client waits', async () => (await waitingClients(identity)) === 1);
    client.destroy();
    const start = performance.now();
    await until('no client waits', async () => (await waitingClients(identity)) === 0);
    expect(performance.now() - start).toBeLessThan(5_000);
    const metrics = await (await fetch(`${identity.adminUrl}/metrics`)).text();
    expect(metrics).toMatch(/route="\/api\/user-events",status="client_left"/);
  });

  test('the metric of the end offset is up to date', async () => {
    await identity.register('counted');
    const { endOffset } = await read(identity, '?lastEventId=latest');
    const metrics = await (await fetch(`${identity.adminUrl}/metrics`)).text();
    expect(metrics).toContain(`identity_log_head ${endOffset}\n`);
  });
});

const waitingClients = (service: Identity): Promise<number> =>
  metricOf(service, 'identity_log_waiting');

test('a client that waits is not in flight, and a service that stops answers it at once', async () => {
  const testDatabase = await embeddedDatabase();
  const identity = await startIdentity(testDatabase);
  const poll = timed(() => read(identity, '?lastEventId=latest&timeout=10000'));
  await until('a client waits', async () => (await waitingClients(identity)) === 1);
  expect(await metricOf(identity, 'http_requests_in_flight')).toBe(0);
  const [, stopMs] = await timed(() => identity.stop());
  const [page] = await poll;
  expect([page.status, page.events]).toEqual([200, []]);
  expect(stopMs).toBeLessThan(5_000);
  await testDatabase.remove();
});

describeOnServer('two instances on a server', () => {
  test('a client that waits at one instance gets an event of the other instance within its long poll', async () => {
    const testDatabase = await serverDatabase();
    const [one, other] = await Promise.all([
      startIdentity(testDatabase),
      startIdentity(testDatabase),
    ]);
    const poll = timed(() => read(one, '?lastEventId=latest&timeout=10000'));
    await until('a client waits', async () => (await waitingClients(one)) === 1);
    const { user } = await other.register('from_afar');
    const [page, ms] = await poll;
    expect(summaryOf(page.events)).toEqual([['UserCreated', user.id, 'from_afar']]);
    expect(ms).toBeLessThan(5_000);
    await Promise.all([one.stop(), other.stop()]);
    await testDatabase.remove();
  });
});

const arrange = (readEndOffset: () => Promise<number> = () => Promise.resolve(0)) => {
  let reads = 0;
  const longPoll = createLongPoll(() => {
    reads += 1;
    return readEndOffset();
  });
  return { longPoll, reads: () => reads };
};

describe('a long poll', () => {
  test('ends at a notification beyond its offset, and not at a notification up to it', async () => {
    const { longPoll } = arrange();
    let woken = false;
    const poll = longPoll.wait(5, 60_000, never).then(() => (woken = true));
    longPoll.notify(5);
    await Promise.resolve();
    expect([woken, longPoll.waiterCount(), longPoll.latestOffset()]).toEqual([false, 1, 5]);
    longPoll.notify(6);
    await poll;
    expect([longPoll.waiterCount(), longPoll.latestOffset()]).toEqual([0, 6]);
  });

  test('ends at once for a known event, with a timeout of 0, with an aborted signal, and after the stop', async () => {
    const { longPoll } = arrange(() => Promise.resolve(6));
    longPoll.notify(6);
    await longPoll.wait(5, 60_000, never);
    await longPoll.wait(6, 0, never);
    await longPoll.wait(6, 60_000, AbortSignal.abort());
    longPoll.stop();
    await longPoll.wait(6, 60_000, never);
    expect(longPoll.waiterCount()).toBe(0);
  });

  test('shares a read of the log with all others; without long polls the log is not read', async () => {
    let endOffset = 0;
    const { longPoll, reads } = arrange(() => Promise.resolve(endOffset));
    const waits = [1, 2, 3, 4, 5].map(() => longPoll.wait(0, 60_000, never));
    expect(reads()).toBe(0);
    endOffset = 1;
    await Promise.all(waits);
    expect([reads(), longPoll.waiterCount()]).toEqual([1, 0]);
    // If reads had continued, there would be more than one within this wait. It causes one read itself.
    await longPoll.wait(1, 400, never);
    expect(reads()).toBe(2);
  });

  test('reads the log again after a failed read', async () => {
    let failures = 0;
    const { longPoll } = arrange(() => {
      failures += 1;
      return failures < 3 ? Promise.reject(new Error('no database')) : Promise.resolve(1);
    });
    await longPoll.wait(0, 60_000, never);
    expect(failures).toBe(3);
  });

  test('continues when the log has lost its end, which is read once for all', async () => {
    let endOffset = 7;
    const { longPoll, reads } = arrange(() => Promise.resolve(endOffset));
    longPoll.notify(7);
    endOffset = 5;
    const waits = [1, 2, 3].map(() => longPoll.wait(5, 60_000, never));
    await until('the log was read', () => Promise.resolve(longPoll.latestOffset() === 5));
    expect([reads(), longPoll.waiterCount()]).toEqual([1, 3]);
    longPoll.notify(6);
    await Promise.all(waits);
    // A wait at a wrong end finds the real end, too.
    longPoll.notify(9);
    await longPoll.wait(9, 400, never);
    expect(longPoll.latestOffset()).toBe(5);
  });

  test('keeps the offset of a notification during a read, as it is newer than the result of the read', async () => {
    const pending = Promise.withResolvers<number>();
    const { longPoll } = arrange(() => pending.promise);
    longPoll.notify(7);
    const poll = longPoll.wait(6, 60_000, never);
    longPoll.notify(8);
    pending.resolve(5);
    await poll;
    expect(longPoll.latestOffset()).toBe(8);
  });

  test('from behind the newest offset ends at its timeout and at its signal, however long a read takes', async () => {
    const { longPoll } = arrange(() => new Promise(() => undefined));
    longPoll.notify(7);
    await longPoll.wait(5, 20, never);
    const controller = new AbortController();
    const poll = longPoll.wait(5, 60_000, controller.signal);
    controller.abort();
    await poll;
    expect(longPoll.waiterCount()).toBe(0);
  });

  test('from behind the newest offset ends at once when the log cannot be read', async () => {
    const { longPoll } = arrange(() => Promise.reject(new Error('no database')));
    longPoll.notify(7);
    const [, ms] = await timed(() => longPoll.wait(5, 60_000, never));
    expect(ms).toBeLessThan(200);
    expect(longPoll.latestOffset()).toBe(7);
  });

  test('ends when its signal aborts, and does not listen to the signal after another end', async () => {
    const { longPoll } = arrange();
    const controller = new AbortController();
    const poll = longPoll.wait(0, 60_000, controller.signal);
    controller.abort();
    await poll;
    expect(longPoll.waiterCount()).toBe(0);
    const other = new AbortController();
    const ended = longPoll.wait(0, 60_000, other.signal);
    expect(getEventListeners(other.signal, 'abort')).toHaveLength(1);
    longPoll.notify(1);
    await ended;
    expect(getEventListeners(other.signal, 'abort')).toEqual([]);
  });
});
