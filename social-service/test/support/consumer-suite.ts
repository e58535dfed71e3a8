// How Social consumes Identity's user event log, whatever carries it: from an empty replica to a rebuild.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Running } from 'chassis/process/process';
import { eventExamples } from 'contracts/events/examples';
import {
  describeOnServer,
  embeddedDatabase,
  serverDatabase,
  type TestDatabase,
} from 'chassis/testing/database';
import { usernamesAt } from 'chassis/testing/users';
import type { ReplicaState } from '../../src/replica/store.ts';
import { start } from '../../src/service.ts';
import type { LogTransport } from './log-transports.ts';
import { arbitrary, deleted, inEpoch, type LoggedEvent, named } from 'chassis/testing/user-events';
import { replicaStateOf } from './replica-state.ts';
import { ready } from './service.ts';
import { until } from 'chassis/testing/until';

const LATER = '2026-03-01T12:00:00.000Z';
const [FIRST, SECOND] = ['1'.repeat(16), '2'.repeat(16)] as const;

export function consumerSuite(newTransport: () => Promise<LogTransport>): void {
  let testDatabase: TestDatabase;
  let transport: LogTransport;
  let running: Running[];
  beforeEach(async () => {
    [testDatabase, transport] = await Promise.all([embeddedDatabase(), newTransport()]);
    running = [];
  });
  afterEach(async () => {
    await Promise.all(running.map((service) => service.stop()));
    await Promise.all([transport.remove(), testDatabase.remove()]);
  });

  const startSocial = async (on: TestDatabase = testDatabase): Promise<Running> => {
    const common = { PORT: '0', ADMIN_PORT: '0', LOG_LEVEL: 'silent' };
    const service = await start({ ...on.settings, ...common, ...transport.env });
    running.push(service);
    return service;
  };
  test('a new Social consumes the log from its beginning, and is ready when the replica is complete', async () => {
    const users = manyUsers(1_300);
    await transport.append(users);
    const service = await startSocial();
    await ready(service.adminUrl);
    expect((await namesAt(service, [1, 700, 1_300])).size).toBe(3);
    expect(await replicaStateOf(service)).toMatchObject({
      position: users.at(-1)!.offset,
      head: users.at(-1)!.offset,
      generation: 1,
      rebuilding: false,
    });
  });

  test('Social without a replica is not ready while the log is unreachable, and says why; it becomes ready with the log', async () => {
    await transport.append([named(1, 1, 'one')]);
    await transport.stop();
    const service = await startSocial();
    await until('Social has tried to read the log', async () =>
      /is unavailable/.test((await whyNotReady(service))!),
    );
    await transport.restart();
    await ready(service.adminUrl);
    expect(await nameOf(service, 1)).toBe('one');
  });

  test('Social with a replica serves it while the log is unreachable, and continues when the log is back', async () => {
    await transport.append([named(1, 1, 'one'), named(2, 2, 'two')]);
    const first = await startSocial();
    await ready(first.adminUrl);
    await first.stop();
    await transport.stop();
    const second = await startSocial();
    await ready(second.adminUrl);
    expect(await nameOf(second, 2)).toBe('two');
    await transport.restart();
    await transport.append([named(3, 2, 'two_b')]);
    await untilNamed(second, 2, 'two_b');
  });

  test('renames and deletions reach the replica within a second; a new process continues at the offset of the last one', async () => {
    await transport.append([named(1, 1, 'one'), named(2, 2, 'two'), named(4, 3, 'three')]);
    const first = await startSocial();
    await ready(first.adminUrl);
    const changedAt = performance.now();
    await transport.append([named(7, 1, 'one_b'), deleted(8, 2)]);
    await untilNamed(first, 2, undefined);
    expect(performance.now() - changedAt).toBeLessThan(1_000);
    expect(await nameOf(first, 1)).toBe('one_b');
    await first.stop();
    await transport.append([deleted(9, 3), named(12, 4, 'four')]);
    const second = await startSocial();
    await ready(second.adminUrl);
    expect(await namesAt(second, [1, 2, 3, 4])).toEqual(
      new Map([
        [1, 'one_b'],
        [4, 'four'],
      ]),
    );
  });

  test('events that are invalid, of unknown types or of later versions stop nothing, and are counted', async () => {
    const { 'broken-subject': broken, 'later-type': type, 'later-fields': fields } = eventExamples;
    const service = await startSocial();
    await ready(service.adminUrl);
    await transport.append([named(1, 1, 'one'), { ...arbitrary(47, fields), subject: '7' }]);
    await transport.append([{ ...arbitrary(48, type), subject: '9' }]);
    await transport.append([arbitrary(50, broken), named(60, 2, 'two')]);
    await untilNamed(service, 2, 'two');
    expect(await nameOf(service, 7)).toBe('cat_star_dog');
    const text = await metricsOf(service);
    expect(text).toContain('social_log_events_total{outcome="applied"} 3');
    expect(text).toContain('social_log_events_total{outcome="skipped"} 1');
    expect(text).toContain('social_log_events_total{outcome="broken"} 1');
    expect(text).toContain('social_log_position 60');
    expect(text).toContain('social_log_lag_events 0');
    const kept = await fetch(`${service.adminUrl}/authors/broken`);
    expect(await kept.json()).toMatchObject({
      items: [{ position: 50, reason: 'subject', event: JSON.stringify(broken) }],
    });
  });

  test('a rebuild serves every name all the time, and afterwards no user who is missing in the log', async () => {
    const users = manyUsers(2_100);
    await transport.append(users);
    const service = await startSocial();
    await ready(service.adminUrl);
    await transport.removeUser(5);
    const end = users.at(-1)!.offset + 1;
    await transport.append([named(end, 4, 'renamed')]);
    await untilNamed(service, 4, 'renamed');

    const both = await Promise.all([rebuild(service), rebuild(service)]);
    expect(both.filter(({ began }) => began)).toHaveLength(1);
    expect(both.map(({ generation }) => generation)).toEqual([2, 2]);
    const wanted = [1, 4, 5, 1_000, 2_100];
    while ((await replicaStateOf(service)).rebuilding) {
      const names = await namesAt(service, wanted);
      // User 5 disappears when the new generation takes over, which may be now.
      expect(names.get(4)).toBe('renamed');
      expect([names.get(1), names.get(1_000), names.get(2_100)]).toEqual([
        'user_1',
        'user_1000',
        'user_2100',
      ]);
      expect(await whyNotReady(service)).toBeUndefined();
    }
    expect([...(await namesAt(service, wanted)).keys()]).toEqual([1, 4, 1_000, 2_100]);
    await transport.append([named(end + 1, 5, 'back')]);
    await untilNamed(service, 5, 'back');
  });

  test('a log that ends before its offset takes nothing away: it says that events are lost, and serves on', async () => {
    const users = inEpoch(`${FIRST}:0`, manyUsers(3));
    await transport.append(users);
    const service = await startSocial();
    await ready(service.adminUrl);
    await transport.replace(users.slice(0, 1));
    await untilState(service, 'lost');
    expect(await metricsOf(service)).toMatch(/^social_log_lag_events [1-9]/m);
    expect(await replicaStateOf(service)).toMatchObject({ state: 'lost', lost: true, position: 7 });
    expect(await noticeOf(service)).toMatch(/ends before the offset/);
    expect(await nameOf(service, 3)).toBe('user_3');
  });

  test('a log with another history is noticed, and nothing is taken from it until a person names its epoch', async () => {
    const users = inEpoch(`${FIRST}:0`, manyUsers(3));
    await transport.append(users);
    const service = await startSocial();
    await ready(service.adminUrl);
    const newcomer = inEpoch(`${FIRST}:0,${SECOND}:1`, [named(1_000, 9, 'newcomer')]);
    await transport.replace([...users.slice(0, 1), ...newcomer]);
    await untilState(service, 'other_epoch');
    expect(await metricsOf(service)).toMatch(/^social_log_lag_events [1-9]/m);
    const state = { state: 'other_epoch', otherEpoch: SECOND, epoch: FIRST, position: 7 };
    expect(await replicaStateOf(service)).toMatchObject(state);
    expect(await noticeOf(service)).toMatch(`epoch ${SECOND}`);
    expect([...(await namesAt(service, [1, 2, 3, 9])).keys()]).toEqual([1, 2, 3]);

    await rebuild(service);
    await untilState(service, 'other_epoch');
    expect([...(await namesAt(service, [1, 2, 3, 9])).keys()]).toEqual([1, 2, 3]);
    await rebuild(service, SECOND);
    await untilNamed(service, 9, 'newcomer');
    expect([...(await namesAt(service, [1, 2, 3, 9])).keys()]).toEqual([1, 9]);
    await untilState(service, 'consuming');
  });

  test('the wrong log takes nothing away, and the right one is consumed again without anybody’s help', async () => {
    const users = inEpoch(`${FIRST}:0`, manyUsers(3));
    await transport.append(users);
    const service = await startSocial();
    await ready(service.adminUrl);
    await transport.replace(inEpoch(`${SECOND}:0`, [named(1, 1, 'stranger')]));
    await until('it takes nothing', async () =>
      /social_log_state\{state="(lost|other_epoch)"\} 1/.test(await metricsOf(service)),
    );
    expect(await nameOf(service, 1)).toBe('user_1');
    await transport.replace([...users, ...inEpoch(`${FIRST}:0`, [named(50, 1, 'renamed')])]);
    await untilNamed(service, 1, 'renamed');
    await untilState(service, 'consuming');
  });

  test('a log of the same epoch with another event at its offset is noticed, and nothing is taken from it', async () => {
    const users = inEpoch(`${FIRST}:0`, manyUsers(3));
    await transport.append(users);
    const service = await startSocial();
    await ready(service.adminUrl);
    // A copy of the database's files has the epochs of the original.
    const restored = inEpoch(`${FIRST}:0`, [
      {
        ...named(7, 3, 'stranger'),
        event: { ...Object(named(7, 3, 'stranger').event), time: LATER },
      },
      named(8, 1, 'stranger_1'),
    ]);
    await transport.replace([...users.slice(0, -1), ...restored]);
    await untilState(service, 'lost');
    expect([...(await namesAt(service, [1, 2, 3]))]).toEqual([
      [1, 'user_1'],
      [2, 'user_2'],
      [3, 'user_3'],
    ]);
    expect(await replicaStateOf(service)).toMatchObject({ position: 7 });
  });

  test('a log with a new epoch that continues its offset is consumed', async () => {
    await transport.append(inEpoch(`${FIRST}:0`, manyUsers(3)));
    const service = await startSocial();
    await ready(service.adminUrl);
    await transport.append(inEpoch(`${FIRST}:0,${SECOND}:7`, [named(1_000, 9, 'newcomer')]));
    await untilNamed(service, 9, 'newcomer');
    expect(await replicaStateOf(service)).toMatchObject({ epoch: SECOND, position: 1_000 });
  });

  describeOnServer('two processes on one database', () => {
    test('apply each event once', async () => {
      const shared = await serverDatabase();
      const users = manyUsers(1_000);
      await transport.append(users.slice(0, 600));
      const both = await Promise.all([startSocial(shared), startSocial(shared)]);
      await Promise.all(both.map(({ adminUrl }) => ready(adminUrl)));
      await transport.append(users.slice(600));
      for (const service of both) await untilNamed(service, 1_000, 'user_1000');
      // A process counts what it has done after everybody can see it.
      await until('both have counted', async () => {
        const [one, other] = await Promise.all(both.map(appliedBy));
        expect(one! + other!).toBeLessThanOrEqual(users.length);
        return users.length === one! + other!;
      });
      await Promise.all(both.map((service) => service.stop()));
      await shared.remove();
    });
  });
}

const namesAt = ({ url }: Running, ids: Iterable<number>) => usernamesAt(`${url}/api/authors`, ids);
const nameOf = async (service: Running, id: number): Promise<string | undefined> =>
  (await namesAt(service, [id])).get(id);

const untilNamed = (service: Running, id: number, name: string | undefined) =>
  until(`${id} is ${name}`, async () => (await nameOf(service, id)) === name, 30_000);

async function whyNotReady({ adminUrl }: Running): Promise<string | undefined> {
  const answer = await fetch(`${adminUrl}/readyz`);
  return answer.ok ? undefined : ((await answer.json()) as { detail: string }).detail;
}

const untilState = (service: Running, state: string) =>
  until(`it is ${state}`, async () =>
    (await metricsOf(service)).includes(`social_log_state{state="${state}"} 1`),
  );

async function noticeOf({ adminUrl }: Running): Promise<string | undefined> {
  const answer = await fetch(`${adminUrl}/readyz`);
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { notice?: string }).notice;
}

async function rebuild(
  { adminUrl }: Running,
  epoch?: string,
): Promise<ReplicaState & { began: boolean }> {
  const query = epoch === undefined ? '' : `?epoch=${epoch}`;
  const answer = await fetch(`${adminUrl}/authors/rebuild${query}`, { method: 'POST' });
  return (await answer.json()) as ReplicaState & { began: boolean };
}

const metricsOf = async ({ adminUrl }: Running): Promise<string> =>
  (await fetch(`${adminUrl}/metrics`)).text();

const appliedBy = async (service: Running): Promise<number> =>
  Number(/^social_log_events_total\{outcome="applied"\} (\d+)/m.exec(await metricsOf(service))![1]);

/** Makes the events of users 1 to `count`, with gaps between their offsets. */
const manyUsers = (count: number): LoggedEvent[] =>
  Array.from({ length: count }, (_, n) => named(n * 3 + 1, n + 1, `user_${n + 1}`, 'UserCreated'));
