// Comparing the replica with Identity: each difference is named, and a change that is only late is no difference.
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  jest,
  test,
} from '@jest/globals';
import { createLogger } from 'chassis/observability/log';
import { createMetrics } from 'chassis/observability/metrics';
import type { Database } from 'chassis/postgres/database';
import { sql } from 'kysely';
import { seriesIn } from 'chassis/testing/metrics';
import { describeOnBoth, type TestDatabase } from 'chassis/testing/database';
import { lastingDifferences, type Sides } from '../../src/replica/verification/compare.ts';
import { divergence } from '../../src/replica/verification/divergence.ts';
import { identityClient } from '../../src/replica/verification/identity-client.ts';
import { replicaReader } from '../../src/replica/verification/reader.ts';
import { type Replica, replicaIn } from '../../src/replica/store.ts';
import { verify } from '../../src/replica/verification/verify.ts';
import type { Schema } from '../../src/schema.ts';
import { batchOf, deleted, type LoggedEvent, named } from 'chassis/testing/user-events';
import { type FakeIdentity, startFakeIdentity } from 'chassis/testing/fake-identity';
import { emptyDatabase, openTestDatabase } from '../support/database.ts';
import { outboxIn } from '../../src/events/outbox.ts';

jest.setTimeout(30_000);
const never = new AbortController().signal;

describeOnBoth('the verification of the replica', (newDatabase) => {
  let testDatabase: TestDatabase;
  let database: Database<Schema>;
  let identity: FakeIdentity;
  let replica: Replica;
  let sides: Sides;
  /** What happens while the verification waits for the replica. */
  let meanwhile: () => Promise<void> | void;
  let waited: number;
  beforeAll(async () => {
    testDatabase = await newDatabase();
    database = await openTestDatabase(testDatabase);
    replica = replicaIn(database.db, createLogger('test', 'silent'), outboxIn(database.db));
  });
  beforeEach(async () => {
    await emptyDatabase(database.db);
    identity = await startFakeIdentity();
    meanwhile = () => undefined;
    waited = 0;
    sides = {
      replica: replicaReader(database.db),
      offset: async () => (await replica.state()).position,
      identity: identityClient(identity.url),
      async pause(ms) {
        waited += ms;
        await meanwhile();
      },
    };
  });
  afterEach(() => identity.close());
  afterAll(async () => {
    await database.close();
    await testDatabase.remove();
  });

  /** Changes Identity and the replica in the same way. */
  const agree = async (logged: readonly LoggedEvent[]): Promise<void> => {
    happen(logged);
    await consume(logged);
  };
  const happen = (logged: readonly LoggedEvent[]): void => {
    identity.log.append(logged);
    for (const { event } of logged) {
      const { data } = event as { data: { id: number; username?: string } };
      if (data.username === undefined) identity.users.delete(data.id);
      else identity.users.set(data.id, data.username);
    }
  };
  const consume = async (logged: readonly LoggedEvent[]): Promise<void> => {
    const { position } = await replica.state();
    await replica.apply(batchOf(logged), position);
  };
  test('finds no difference when Identity has the same names, in several batches', async () => {
    await agree([...people(730), deleted(731, 5)]);
    expect(await verify(sides, never)).toEqual({
      compared: 729,
      differences: [],
      more: false,
      late: false,
    });
    expect(waited).toBe(0);
  });

  test('names each difference: a missing user, an extra user, a wrong name', async () => {
    await agree(people(250));
    await sql`delete from authors where id in (7, 140)`.execute(database.db);
    await sql`update authors set username = 'other' where id = 200`.execute(database.db);
    identity.users.delete(33);
    const { compared, differences } = await verify(sides, never);
    expect(compared).toBe(248);
    expect(differences).toEqual([
      { id: 7, is: 'missing', copy: null, identity: 'user_7' },
      { id: 33, is: 'extra', copy: 'user_33', identity: null },
      { id: 140, is: 'missing', copy: null, identity: 'user_140' },
      { id: 200, is: 'wrong name', copy: 'other', identity: 'user_200' },
    ]);
  });

  test('finds a missing user whom the log does not know, when that user has posts', async () => {
    await agree(people(3));
    identity.users.set(500, 'before_the_log').set(501, 'nobody_asks');
    const posts = [1, 500, 500, 777].map((author_id) => ({ author_id, content: 'x' }));
    await database.db.insertInto('posts').values(posts).execute();
    const { differences } = await verify(sides, never);
    expect(differences.map(({ id, is }) => `${id} ${is}`)).toEqual(['500 missing']);
  });

  test('waits for events that are on their way, and finds no difference', async () => {
    await agree(people(3));
    const newEvents = [named(11, 1, 'renamed'), deleted(12, 2), named(13, 4, 'new')];
    happen(newEvents);
    meanwhile = () => consume(newEvents);
    expect((await verify(sides, never)).differences).toEqual([]);
  });

  test('compares a name again as long as it keeps changing', async () => {
    await agree(people(3));
    let position = 10;
    const rename = (): LoggedEvent => {
      position += 1;
      return named(position, 1, `name_${position}`);
    };
    let [last, rounds] = [rename(), 0];
    happen([last]);
    meanwhile = async () => {
      await consume([last]);
      last = rename();
      rounds += 1;
      if (rounds < 3) happen([last]);
    };
    expect(await lastingDifferences(sides, [1])).toMatchObject({ differences: [] });
    expect(rounds).toBeGreaterThan(2);
  });

  test('compares a replica that does not catch up as it is, after 10 s', async () => {
    await agree(people(3));
    happen([named(11, 1, 'renamed')]);
    const { differences, late } = await verify(sides, never);
    expect(differences).toEqual([{ id: 1, is: 'wrong name', copy: 'user_1', identity: 'renamed' }]);
    expect(late).toBe(true);
    expect(waited).toBe(10_000);
  });

  test('names at most a thousand differences, and says that there are more', async () => {
    await agree(people(1_200));
    identity.users.clear();
    const { differences, more } = await verify(sides, never);
    expect([differences.length, more]).toEqual([1_000, true]);
  });

  test('ends when it is cancelled, and when Identity is unreachable', async () => {
    await agree(people(3));
    const cancelled = AbortSignal.abort(new Error('enough'));
    await expect(verify(sides, cancelled)).rejects.toThrow('enough');
    identity.disconnect();
    await expect(verify(sides, never)).rejects.toThrow('cannot be reached');
  });

  describe('of a sample', () => {
    test('sets the metrics of compared and divergent names; a change that is only late is not divergent', async () => {
      const metrics = createMetrics();
      const compare = divergence(sides, metrics, never);
      await compare();
      expect(await gauges(metrics)).toEqual([0, 0]);
      await agree(people(4));
      const newEvents = [named(9, 3, 'renamed')];
      happen(newEvents);
      meanwhile = () => consume(newEvents);
      await compare();
      const [compared, divergent] = await gauges(metrics);
      expect(compared).toBeGreaterThan(0);
      expect(divergent).toBe(0);
      await sql`update authors set username = 'wrong'`.execute(database.db);
      await compare();
      const after = await gauges(metrics);
      expect(after[1]).toBe(after[0]);
      identity.disconnect();
      await compare();
      expect((await gauges(metrics))[0]).toBe(0);
    });

    test('reports no divergence while the replica is behind the log', async () => {
      const metrics = createMetrics();
      const compare = divergence(sides, metrics, never);
      await agree(people(4));
      happen([named(9, 3, 'renamed')]);
      await compare();
      expect(await gauges(metrics)).toEqual([0, 0]);
    });

    test('sees users that the replica lacks, and users that only the replica has', async () => {
      const metrics = createMetrics();
      await agree(people(1_000));
      const compare = divergence(sides, metrics, never);
      await sql`delete from authors where id between 300 and 399`.execute(database.db);
      await compare();
      expect((await gauges(metrics))[1]).toBe(100);
      await sql`insert into authors (generation, id, username, position)
        select serving, 2000, 'nobody', 1 from log_position`.execute(database.db);
      for (let round = 0; round < 11; round += 1) await compare();
      expect((await gauges(metrics))[1]).toBe(101);
      await sql`update authors set username = 'wrong' where id = 500`.execute(database.db);
      for (let round = 0; round < 11; round += 1) await compare();
      const text = await metrics.text();
      const differences = ['missing', 'extra', 'wrong_name'].map((kind) =>
        seriesIn(text, `social_authors_differences{kind="${kind}"}`),
      );
      expect(differences).toEqual([100, 1, 1]);
    });

    test('goes through all of the replica in turn, and remembers what it has found until it is repaired', async () => {
      const metrics = createMetrics();
      await agree(people(1_000));
      const compare = divergence(sides, metrics, never);
      await sql`update authors set username = 'wrong' where id = 777`.execute(database.db);
      for (let round = 0; round < 11; round += 1) await compare();
      expect(await gauges(metrics)).toEqual([1_000, 1]);
      await sql`update authors set username = 'user_777' where id = 777`.execute(database.db);
      await compare();
      expect((await gauges(metrics))[1]).toBe(0);
    });

    test('is not led astray by a gap in the ids', async () => {
      const metrics = createMetrics();
      const far = 1_700_000_000_000_000;
      const late = [named(301, far, 'far'), named(302, far + 1, 'farther')];
      await agree([...people(300), ...late]);
      const compare = divergence(sides, metrics, never);
      await sql`update authors set username = 'wrong' where id = 150`.execute(database.db);
      for (let round = 0; round < 5; round += 1) await compare();
      expect((await gauges(metrics))[1]).toBe(1);
    });
  });
});

const people = (count: number): LoggedEvent[] =>
  Array.from({ length: count }, (_, n) => named(n + 1, n + 1, `user_${n + 1}`));

const gauges = async (metrics: ReturnType<typeof createMetrics>): Promise<number[]> => {
  const text = await metrics.text();
  const value = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)![1]);
  return [value('social_authors_compared'), value('social_authors_divergent')];
};
