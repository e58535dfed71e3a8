// Friendship as a state machine, against a model, on both kinds of database.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Database } from 'chassis/postgres/database';
import * as fc from 'fast-check';
import { sql } from 'kysely';
import { describeOnBoth, describeOnServer, serverDatabase } from 'chassis/testing/database';
import type { TestDatabase } from 'chassis/testing/database';
import { countsIn } from '../../src/friends/counts.ts';
import { type Friends, friendsIn } from '../../src/friends/friends.ts';
import type { PageRequest, Slice } from '../../src/page.ts';
import type { Schema } from '../../src/schema.ts';
import { openTestDatabase } from '../support/database.ts';
import { outboxIn } from '../../src/events/outbox.ts';

const PEOPLE = [1, 2, 3, 4] as const;

/** For each pair of users, who sent the request; 'friends' once the other accepted. */
type Model = Map<string, number | 'friends'>;
type List = 'friends' | 'incoming' | 'outgoing';

const pair = (a: number, b: number): string => `${Math.min(a, b)}-${Math.max(a, b)}`;

function putInModel(model: Model, me: number, other: number): 'requested' | 'friends' {
  const requester = model.get(pair(me, other)) ?? me;
  model.set(pair(me, other), requester === me ? me : 'friends');
  return requester === me ? 'requested' : 'friends';
}

/** Returns one list of `me`: the friends, the incoming or the outgoing requests. */
const listOfModel = (model: Model, me: number, is: List): number[] =>
  PEOPLE.filter((other) => {
    const state = other === me ? undefined : model.get(pair(me, other));
    return state === { friends: 'friends', incoming: other, outgoing: me }[is];
  });

interface Real {
  readonly friends: Friends;
  /** Returns the id of a user of this run; each run has other users. */
  readonly person: (number: number) => number;
}
type Command = fc.AsyncCommand<Model, Real>;

const all: PageRequest = { limit: 100, after: undefined };
const idsOf = ({ items }: Slice<{ readonly id: number }>) => items.map(({ id }) => id);

const put = (me: number, other: number): Command => ({
  check: () => me !== other,
  async run(model, { friends, person }) {
    const state = await friends.put(person(me), person(other));
    expect(state).toBe(putInModel(model, me, other));
  },
  toString: () => `${me} puts ${other}`,
});

const remove = (me: number, other: number): Command => ({
  check: () => me !== other,
  async run(model, { friends, person }) {
    await friends.remove(person(me), person(other));
    model.delete(pair(me, other));
  },
  toString: () => `${me} removes ${other}`,
});

const look: Command = {
  check: () => true,
  async run(model, { friends, person }) {
    for (const me of PEOPLE) {
      const found = {
        friends: idsOf(await friends.pageOf(person(me), all)),
        incoming: idsOf(await friends.requestsOf(person(me), 'incoming', all)),
        outgoing: idsOf(await friends.requestsOf(person(me), 'outgoing', all)),
      };
      for (const [is, ids] of Object.entries(found))
        expect(ids).toEqual(listOfModel(model, me, is as List).map(person));
    }
  },
  toString: () => 'everybody looks',
};

describeOnBoth('friendships', (newDatabase) => {
  let testDatabase: TestDatabase;
  let database: Database<Schema>;
  let friends: Friends;
  beforeAll(async () => {
    testDatabase = await newDatabase();
    database = await openTestDatabase(testDatabase);
    friends = friendsIn(database.db, outboxIn(database.db));
  });
  afterAll(async () => {
    await database.close();
    await testDatabase.remove();
  });

  let last = 0;
  const newPeople = (): ((number: number) => number) => {
    const base = (last += 1_000);
    return (number) => base + number;
  };

  test('have the states of a model after any sequence of commands', async () => {
    const who = fc.constantFrom(...PEOPLE);
    const commands = fc.commands(
      [
        fc.tuple(who, who).map(([me, other]) => put(me, other)),
        fc.tuple(who, who).map(([me, other]) => remove(me, other)),
        fc.constant(look),
      ],
      { maxCommands: 30 },
    );
    await fc.assert(
      fc.asyncProperty(commands, async (sequence) => {
        const real = { friends, person: newPeople() };
        const model: Model = new Map();
        await fc.asyncModelRun(() => ({ model, real }), sequence);
        await look.run(model, real);
      }),
      { numRuns: 40 },
    );
  });

  test('two users who request each other at the same time become friends', async () => {
    const person = newPeople();
    for (let one = 1; one <= 40; one += 2) {
      const [a, b] = [person(one), person(one + 1)];
      const states = await Promise.all([friends.put(a, b), friends.put(b, a)]);
      expect(states.toSorted()).toEqual(['friends', 'requested']);
      expect(await countsIn(database.db).public(a)).toMatchObject({ friendCount: 1 });
    }
  });

  test('counts friends and requests to a user, but not requests by the user', async () => {
    const person = newPeople();
    await friends.put(person(2), person(1));
    await friends.put(person(3), person(1));
    await friends.put(person(1), person(4));
    await friends.put(person(1), person(3));
    expect(await countsIn(database.db).own(person(1))).toEqual({
      postCount: 0,
      friendCount: 1,
      requestCount: 1,
    });
    expect(await countsIn(database.db).own(person(4))).toMatchObject({ requestCount: 1 });
    expect(await countsIn(database.db).own(person(2))).toMatchObject({ requestCount: 0 });
  });

  test('pages of friends and of requests are ordered by id, and have every user once', async () => {
    const person = newPeople();
    const me = person(50);
    const others = Array.from({ length: 99 }, (_, at) => at + 1).filter((other) => other !== 50);
    for (const other of others) {
      await friends.put(person(other), me);
      // Every third stays a request, and half of the friendships began with a request to me.
      if (other % 3 > 0) await friends.put(me, person(other));
    }
    const lists = {
      friends: (page: PageRequest) => friends.pageOf(me, page),
      incoming: (page: PageRequest) => friends.requestsOf(me, 'incoming', page),
    };
    const expected = {
      friends: others.filter((other) => other % 3 > 0).map(person),
      incoming: others.filter((other) => other % 3 === 0).map(person),
    };
    for (const name of ['friends', 'incoming'] as const)
      for (const limit of [1, 7, 33, 100]) {
        const read: number[] = [];
        for (let more = true; more;) {
          const page = await lists[name]({ limit, after: read.at(-1) });
          expect(page.items.length).toBeLessThanOrEqual(limit);
          read.push(...idsOf(page));
          more = page.more;
        }
        expect(read).toEqual(expected[name]);
      }
  });

  test('a repeated request and a repeated acceptance keep the first time', async () => {
    const [a, b] = [1, 2].map(newPeople()) as [number, number];
    await friends.put(a, b);
    const requests = await friends.requestsOf(b, 'incoming', all);
    await friends.put(a, b);
    expect(await friends.requestsOf(b, 'incoming', all)).toEqual(requests);
    await friends.put(b, a);
    const accepted = await friends.pageOf(a, all);
    await friends.put(a, b);
    await friends.put(b, a);
    expect(await friends.pageOf(a, all)).toEqual(accepted);
  });
});

describeOnServer('an acceptance whose transaction began before the request', () => {
  test('does not get an earlier time than the request', async () => {
    const testDatabase = await serverDatabase();
    const database = await openTestDatabase(testDatabase);
    const { db } = database;
    await db.transaction().execute(async (tx) => {
      await tx.selectNoFrom((on) => on.val(1).as('one')).execute();
      await friendsIn(db, outboxIn(db)).put(1, 2);
      const later = sql<Date>`requested_at + interval '1 second'`;
      await db.updateTable('friendships').set({ requested_at: later }).execute();
      expect(await friendsIn(tx, outboxIn(tx)).put(2, 1)).toBe('friends');
    });
    const row = await db.selectFrom('friendships').selectAll().executeTakeFirstOrThrow();
    expect(row.accepted_at).toEqual(row.requested_at);
    await database.close();
    await testDatabase.remove();
  });
});
