// The replica of Identity's users in the database: each event is applied once, whatever arrives and however often.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Epochs, OtherEpoch } from 'chassis/events/epoch';
import { UnknownOffset } from 'chassis/events/source';
import type { Database } from 'chassis/postgres/database';
import { eventExamples } from 'contracts/events/examples';
import * as fc from 'fast-check';
import { sql } from 'kysely';
import { describeOnBoth, type TestDatabase } from 'chassis/testing/database';
import { memoryLog } from 'chassis/testing/memory-log';
import { ANY_EPOCH } from '../../src/replica/progress.ts';
import { authorsIn } from '../../src/replica/authors.ts';
import { removeOldGenerations } from '../../src/replica/deletion/cleanup.ts';
import { type Replica, replicaIn } from '../../src/replica/store.ts';
import type { Schema } from '../../src/schema.ts';
import { batchOf, deleted, type LoggedEvent, named } from 'chassis/testing/user-events';
import { emptyDatabase, openTestDatabase } from '../support/database.ts';
import { outboxIn } from '../../src/events/outbox.ts';

describeOnBoth('the replica', (newDatabase) => {
  let testDatabase: TestDatabase;
  let database: Database<Schema>;
  let replica: Replica;
  let written: ReturnType<typeof memoryLog>;
  beforeAll(async () => {
    testDatabase = await newDatabase();
    database = await openTestDatabase(testDatabase);
  });
  beforeEach(async () => {
    await emptyDatabase(database.db);
    written = memoryLog();
    replica = replicaIn(database.db, written.log, outboxIn(database.db));
  });
  afterAll(async () => {
    await database.close();
    await testDatabase.remove();
  });

  const apply = (logged: readonly LoggedEvent[], after = 0, head?: number) =>
    replica.apply(batchOf(logged, head), after);
  const applyIn = (epochs: Epochs, logged: readonly LoggedEvent[], after = 0) =>
    replica.apply({ ...batchOf(logged), epochs }, after);
  /** What is served, as `id:name`. */
  const shown = async (ids = [1, 2, 3, 4, 5]): Promise<string> =>
    (await authorsIn(database.db)(ids)).map(({ id, username }) => `${id}:${username}`).join(' ');
  const position = async () => (await replica.state()).position;
  const countOf = async (table: keyof Schema): Promise<number> => {
    const { rows } = await sql<{
      n: number;
    }>`select count(*) as n from ${sql.table(table)}`.execute(database.db);
    return rows[0]!.n;
  };

  test('has the newest name of each user, and no deleted user', async () => {
    const applied = await apply([
      named(1, 1, 'one', 'UserCreated'),
      named(3, 2, 'two', 'UserCreated'),
      named(4, 1, 'one_b'),
      named(7, 3, 'three'),
      deleted(8, 2),
    ]);
    expect(applied).toEqual({ skipped: 0, repeated: 0, invalid: 0 });
    expect(await shown([3, 2, 1, 9])).toBe('3:three 1:one_b');
    expect(await position()).toBe(8);
  });

  test('applies no batch twice, and only the new events of a batch that overlaps', async () => {
    const first = [named(1, 1, 'one'), named(2, 1, 'one_b')];
    await apply(first);
    expect(await apply(first)).toEqual({ repeated: 2 });
    const overlapping = [named(1, 1, 'one'), named(2, 1, 'one_b'), named(5, 2, 'two')];
    expect(await apply(overlapping)).toMatchObject({ repeated: 2 });
    expect(await shown()).toBe('1:one_b 2:two');
    expect(await position()).toBe(5);
  });

  test('does not go back to an older state because of late or unordered events', async () => {
    await apply([named(10, 1, 'new'), deleted(11, 2)]);
    const late = {
      events: [named(3, 1, 'old').event, named(4, 2, 'gone').event],
      nextOffset: 12,
      endOffset: 12,
    };
    await replica.apply(late, 11);
    expect(await shown()).toBe('1:new');
    const mixed = [named(15, 3, 'later'), named(14, 3, 'sooner'), deleted(13, 3)];
    await replica.apply(
      { events: mixed.map(({ event }) => event), nextOffset: 15, endOffset: 15 },
      12,
    );
    expect(await shown()).toBe('1:new 3:later');
  });

  test('ignores events beyond the next offset of a batch; they arrive again with a later batch', async () => {
    const events = [named(1, 1, 'one').event, named(9, 2, 'nine').event];
    await replica.apply({ events, nextOffset: 4, endOffset: 4 }, 0);
    expect(await shown()).toBe('1:one');
    await apply([named(9, 2, 'nine')], 4);
    expect(await shown()).toBe('1:one 2:nine');
  });

  test('does not apply a batch that was read after a later offset: the events between would be lost', async () => {
    await apply([named(1, 1, 'one')]);
    expect(await apply([named(9, 2, 'two')], 5)).toEqual({ repeated: 1 });
    expect(await shown()).toBe('1:one');
    expect(await position()).toBe(1);
  });

  test('serves no name of the first generation before it is complete', async () => {
    expect(await replica.state()).toMatchObject({ rebuilding: true, whole: false });
    await apply([named(1, 1, 'one')], 0, 2);
    expect(await shown()).toBe('');
    expect(await replica.state()).toMatchObject({ rebuilding: true, whole: false });
    expect(await replica.rebuild()).toBe(false);
    await apply([named(2, 2, 'two')], 1, 900);
    expect(await shown()).toBe('1:one 2:two');
    expect(await replica.state()).toMatchObject({ rebuilding: false, whole: true, generation: 1 });
  });

  test('takes the next offset of a batch without events', async () => {
    await replica.apply({ events: [], nextOffset: 7, endOffset: 9 }, 0);
    expect(await position()).toBe(7);
  });

  test('accepts a name that another user had before', async () => {
    await apply([named(1, 1, 'wanted'), named(2, 2, 'other')]);
    await apply([named(3, 2, 'wanted')], 2);
    expect(await shown()).toBe('1:wanted 2:wanted');
  });

  describe('unusual events', () => {
    test('are applied when they have additional fields, and skipped and counted when their type is unknown', async () => {
      const { 'later-fields': fields, 'later-type': type } = eventExamples;
      const applied = await replica.apply(
        { events: [fields, type], nextOffset: 48, endOffset: 48 },
        0,
      );
      expect(applied).toEqual({ skipped: 1, repeated: 0, invalid: 0 });
      expect(await shown([7])).toBe('7:cat_star_dog');
      expect(await countOf('broken_events')).toBe(0);
    });

    test('become dead letters when they break the contract, and are logged without their content; the others are applied', async () => {
      const examples = Object.entries(eventExamples).filter(([name]) => name.startsWith('broken-'));
      expect(examples.length).toBeGreaterThan(2);
      const events = [...examples.map(([, event]) => event), named(60, 1, 'one').event];
      const applied = await replica.apply({ events, nextOffset: 60, endOffset: 60 }, 0);
      expect(applied).toEqual({ skipped: 0, repeated: 0, invalid: examples.length });
      expect(await shown([1, 7])).toBe('1:one');
      const kept = await database.db.selectFrom('broken_events').selectAll().execute();
      expect(kept.map(({ event }) => event).sort()).toEqual(
        examples.map(([, event]) => JSON.stringify(event)).sort(),
      );
      expect(written.lines).toHaveLength(1);
      const [line] = written.lines;
      expect(line).toMatchObject({
        level: 40,
        count: examples.length,
        reasons: expect.anything(),
      });
      expect(JSON.stringify(line)).not.toMatch(/cat_|dog|fifty|traceparent/);
    });

    test('are stored once as dead letters, however often they arrive, and stop nothing, whatever they contain', async () => {
      let deep: unknown = [];
      for (let depth = 0; depth < 100_000; depth += 1) deep = [deep];
      const events = [null, 7, 'no JSON \u0000 \ud800', {}, [], deep, { id: '5', data: '\u0000' }];
      events.push('x'.repeat(100_000));
      await replica.apply(
        { events: [...events, named(6, 1, 'one').event], nextOffset: 6, endOffset: 6 },
        0,
      );
      await replica.apply({ events, nextOffset: 9, endOffset: 9 }, 6);
      expect(await shown()).toBe('1:one');
      expect(await position()).toBe(9);
      const kept = await database.db.selectFrom('broken_events').select('event').execute();
      expect(kept).toHaveLength(events.length);
      expect(Math.max(...kept.map(({ event }) => event.length))).toBe(10_000);
    });

    test('become dead letters also when they arrive alone and without an offset', async () => {
      await apply([named(6, 1, 'one')]);
      const alone = { events: ['no {json'], nextOffset: 6, endOffset: 6 };
      expect(await replica.apply(alone, 6)).toEqual({ skipped: 0, repeated: 0, invalid: 1 });
      expect(await countOf('broken_events')).toBe(1);
      expect(await position()).toBe(6);
      // An event with this offset was applied before.
      expect(await replica.apply(batchOf([named(6, 1, 'other')]), 6)).toMatchObject({
        repeated: 1,
      });
      expect(await shown()).toBe('1:one');
    });

    test('are stored up to a limit: the newest stay', async () => {
      for (let at = 0; at < 3; at += 1) {
        const events = Array.from({ length: 400 }, (_, n) => ({ n: at * 400 + n }));
        await replica.apply({ events, nextOffset: at + 1, endOffset: 3 }, at);
      }
      const kept = await database.db
        .selectFrom('broken_events')
        .select('event')
        .orderBy('id', 'desc')
        .execute();
      expect(kept).toHaveLength(1000);
      expect(kept[0]).toEqual({ event: '{"n":1199}' });
    });
  });

  describe('with epochs', () => {
    const [first, second, foreign] = ['1', '2', '3'].map((digit) => digit.repeat(16)) as [
      string,
      string,
      string,
    ];
    const own: Epochs = [{ id: first, beganAfter: 0 }];
    const promotedAfter = (beganAfter: number): Epochs => [...own, { id: second, beganAfter }];
    const log = [named(1, 1, 'one'), named(2, 2, 'two')];
    const later = named(1_000, 3, 'three');
    test('stores the epoch of its offset, which an event of an older release leaves as it is', async () => {
      await applyIn(promotedAfter(2), log);
      expect(await replica.state()).toMatchObject({ position: 2, epoch: first });
      await applyIn(promotedAfter(2), [later], 2);
      expect(await replica.state()).toMatchObject({ position: 1_000, epoch: second });
      await apply([named(1_001, 4, 'four')], 1_000);
      expect(await replica.state()).toMatchObject({ position: 1_001, epoch: second });
    });

    test('learns the epoch from a batch without events', async () => {
      await apply(log);
      const batch = { events: [], nextOffset: 2, endOffset: 2, epochs: own };
      expect(await replica.apply(batch, 2)).toMatchObject({ repeated: 0 });
      expect(await replica.state()).toMatchObject({ position: 2, epoch: first });
    });

    test('applies nothing from a log that began a new epoch before its offset, or from another log', async () => {
      await applyIn(own, log);
      const strange = [{ id: foreign, beganAfter: 0 }];
      await expect(applyIn(promotedAfter(1), [later], 2)).rejects.toThrow(OtherEpoch);
      await expect(applyIn(strange, [later], 2)).rejects.toThrow(OtherEpoch);
      expect(await replica.state()).toMatchObject({ position: 2, epoch: first });
      expect(await shown()).toBe('1:one 2:two');
    });

    test('takes nothing from a log that has another event at its offset', async () => {
      await applyIn(own, log);
      expect(await replica.offset()).toEqual({ offset: 2, epoch: first, time: timeOf(log[1]!) });
      const next = { ...batchOf([named(3, 3, 'three')]), epochs: own };
      const restored = { ...next, timeAtStart: '2026-03-01T12:00:00.000Z' };
      await expect(replica.apply(restored, 2)).rejects.toThrow(UnknownOffset);
      expect(await position()).toBe(2);
      await replica.apply({ ...next, timeAtStart: timeOf(log[1]!) }, 2);
      expect(await replica.offset()).toMatchObject({ offset: 3 });
      // Where the log has no event at the offset any more, nothing is proven.
      await replica.apply({ ...batchOf([named(9, 3, 'third')]), epochs: own }, 3);
      expect(await position()).toBe(9);
    });

    test('goes on after a release without epochs has moved its offset', async () => {
      await applyIn(own, log);
      await sql`update log_position set position = 5`.execute(database.db);
      expect(await replica.offset()).toEqual({ offset: 5 });
      const next = { ...batchOf([named(6, 3, 'three')]), epochs: promotedAfter(4) };
      await replica.apply({ ...next, timeAtStart: '2026-03-01T12:00:00.000Z' }, 5);
      expect(await replica.offset()).toMatchObject({ offset: 6, epoch: second });
    });

    test('is not replaced by a rebuild from another log, unless its epoch is named', async () => {
      await applyIn(own, log);
      await replica.rebuild();
      await expect(applyIn(promotedAfter(1), [log[0]!, later])).rejects.toThrow(OtherEpoch);
      expect(await shown()).toBe('1:one 2:two');
      expect(await replica.rebuild(0, foreign)).toBe(true);
      await expect(applyIn(promotedAfter(1), [log[0]!, later])).rejects.toThrow(OtherEpoch);
      expect(await replica.rebuild(0, second)).toBe(true);
      await applyIn(promotedAfter(1), [log[0]!, later]);
      expect(await shown()).toBe('1:one 3:three');
      expect(await replica.state()).toMatchObject({ rebuilding: false, epoch: second });
      await expect(applyIn(own, [named(1_001, 4, 'four')], 1_000)).rejects.toThrow(OtherEpoch);
    });

    test('is replaced by a rebuild from a log that continues it', async () => {
      await applyIn(own, log);
      await replica.rebuild();
      await applyIn(promotedAfter(2), [...log, later]);
      expect(await shown()).toBe('1:one 2:two 3:three');
    });
  });

  describe('a rebuild', () => {
    const log = [named(1, 1, 'old'), named(2, 2, 'two'), named(5, 1, 'one'), named(6, 3, 'three')];
    beforeEach(() => apply([...log, named(7, 4, 'four')]));

    test('serves all names of the old generation until the new one is complete, and then only the new one', async () => {
      const all = '1:one 2:two 3:three 4:four';
      expect(await replica.rebuild(0, ANY_EPOCH)).toBe(true);
      expect(await replica.state()).toEqual({
        position: 0,
        epoch: null,
        goal: null,
        generation: 2,
        rebuilding: true,
        whole: true,
        lost: false,
      });
      // The log is another one now, without user 4.
      for (const [at, event] of log.entries()) {
        expect(await shown()).toBe(all);
        await apply([event], log[at - 1]?.offset, 6);
      }
      expect(await replica.state()).toMatchObject({
        position: 6,
        generation: 2,
        rebuilding: false,
      });
      expect(await shown()).toBe('1:one 2:two 3:three');
      expect(await countOf('authors')).toBe(7);
      await removeOldGenerations(database.db, 3);
      expect(await countOf('authors')).toBe(3);
      expect(await shown()).toBe('1:one 2:two 3:three');
    });

    test('is not served before it has reached the offset of the generation that is served', async () => {
      await replica.rebuild();
      await apply([named(1, 1, 'wrong')], 0, 1);
      await apply([named(6, 3, 'three')], 1, 6);
      expect(await replica.state()).toMatchObject({ rebuilding: true, position: 6, goal: 7 });
      expect(await shown()).toBe('1:one 2:two 3:three 4:four');
      // A second rebuild still has to reach it.
      expect(await replica.rebuild(6)).toBe(true);
      await apply(log, 0, 6);
      expect(await shown()).toBe('1:one 2:two 3:three 4:four');
      await apply([named(7, 4, 'four')], 6);
      expect(await replica.state()).toMatchObject({ rebuilding: false, position: 7, goal: null });
    });

    test('is complete at the offset where the log ended when the rebuild began', async () => {
      await replica.rebuild();
      await apply(log.slice(0, 2), 0, 7);
      await apply([named(7, 4, 'four')], 2, 900);
      expect(await replica.state()).toMatchObject({ rebuilding: false });
    });

    test('that is requested twice at the same time begins once', async () => {
      const began = await Promise.all([replica.rebuild(), replica.rebuild()]);
      expect(began.sort()).toEqual([false, true]);
      await apply(log.slice(0, 2), 0, 7);
      expect(await replica.rebuild()).toBe(false);
      expect(await replica.state()).toMatchObject({ position: 2, generation: 2, rebuilding: true });
    });

    test('begins again when the log is lost, also during a rebuild', async () => {
      await replica.markLost(3);
      expect(await replica.state()).toMatchObject({ lost: false });
      await replica.markLost(7);
      expect(await replica.state()).toMatchObject({ lost: true, position: 7, rebuilding: false });
      expect(await replica.rebuild()).toBe(true);
      expect(await replica.state()).toMatchObject({ lost: false, position: 0, generation: 2 });
      await apply(log.slice(0, 2), 0, 7);
      await replica.markLost(2);
      expect(await replica.rebuild(0, ANY_EPOCH)).toBe(true);
      expect(await replica.state()).toMatchObject({ lost: false, position: 0, generation: 3 });
      await apply(log, 0, 6);
      expect(await shown()).toBe('1:one 2:two 3:three');
    });

    test('begins again when the log now ends before the offset that the rebuild has to reach', async () => {
      await replica.rebuild(7);
      await apply(log.slice(0, 2), 0, 7);
      expect(await replica.rebuild(7)).toBe(false);
      expect(await replica.rebuild(0)).toBe(false);
      expect(await replica.rebuild(6)).toBe(true);
      await apply(log, 0, 6);
      expect(await shown()).toBe('1:one 2:two 3:three 4:four');
      expect(await replica.rebuild(6, ANY_EPOCH)).toBe(true);
      await apply(log, 0, 6);
      expect(await shown()).toBe('1:one 2:two 3:three');
    });

    test('applies no batch that was read before it began, and hides a user at once who is deleted meanwhile', async () => {
      const before = [named(8, 5, 'five')];
      await replica.rebuild();
      expect(await apply(before, 7)).toEqual({ repeated: 1 });
      await apply([deleted(9, 2)], 0, 20);
      expect(await shown()).toBe('1:one 3:three 4:four');
    });

    test('corrects wrong names, also those that have a later offset from a log that no longer exists', async () => {
      await sql`update authors set username = 'wrong', position = 999 where id = 1`.execute(
        database.db,
      );
      await replica.rebuild(0, ANY_EPOCH);
      await apply(log);
      expect(await shown()).toBe('1:one 2:two 3:three');
    });
  });

  test('equals a model of the log, in whatever batches the events arrive and whenever it is rebuilt', async () => {
    const changes = fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.boolean()), {
      minLength: 1,
      maxLength: 30,
    });
    const steps = fc.array(
      fc.oneof(
        { weight: 9, arbitrary: fc.tuple(fc.nat({ max: 29 }), fc.integer({ min: 1, max: 9 })) },
        { weight: 1, arbitrary: fc.constant('rebuild' as const) },
      ),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(changes, steps, async (kinds, all) => {
        const log = kinds.map(([userId, isNamed], n) =>
          isNamed ? named(n + 1, userId, `name_${n + 1}`) : deleted(n + 1, userId),
        );
        await emptyDatabase(database.db);
        const model = createModel(log);
        for (const step of all) {
          if (step === 'rebuild') {
            model.rebuild();
            await replica.rebuild();
          } else {
            const [after, to] = [step[0], Math.min(step[0] + step[1], log.length)];
            if (after >= to) continue;
            model.apply(after, to);
            await apply(log.slice(after, to), after, log.length);
          }
          expect(await shown()).toBe(model.shown());
          expect(await position()).toBe(model.position());
        }
      }),
      { numRuns: 40 },
    );
  });
});

const timeOf = ({ event }: LoggedEvent): string => (event as { time: string }).time;

/** A simple model of the replica of a log. */
function createModel(log: readonly LoggedEvent[]) {
  let position = 0;
  // The first generation is built like every other.
  let rebuilding = true;
  let served = new Map<number, string>();
  const namesAt = (end: number): Map<number, string> => {
    const names = new Map<number, string>();
    for (const { event } of log.slice(0, end)) {
      const { data } = event as { data: { id: number; username?: string } };
      if (data.username === undefined) names.delete(data.id);
      else names.set(data.id, data.username);
    }
    return names;
  };
  return {
    position: () => position,
    rebuild() {
      if (!rebuilding) position = 0;
      rebuilding = true;
    },
    apply(after: number, to: number) {
      if (position < after || position >= to) return;
      const consumed = log.slice(position, to).map(({ event }) => event as { method?: string });
      position = to;
      if (position === log.length) rebuilding = false;
      if (!rebuilding) served = namesAt(position);
      for (const event of rebuilding ? consumed : [])
        if (event.method === 'DELETE')
          served.delete((event as unknown as { data: { id: number } }).data.id);
    },
    shown: () =>
      [...served]
        .sort(([one], [other]) => one - other)
        .map(([id, username]) => `${id}:${username}`)
        .join(' '),
  };
}
