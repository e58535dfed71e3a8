// Making the log say what the users are: for users from before there was a log, or whom a release without it changed.
import { type Kysely, sql, type Transaction } from 'kysely';
import { type Step, withEventLogLock } from './steps.ts';
import { type Change, appendEvents } from './outbox.ts';
import type { Schema, UserEventsTable } from '../schema.ts';

const BATCH = 500;
const COUNT_BATCH = 5_000;

export type Backfilled = Step<'created' | 'updated' | 'deleted'>;

export interface Backfill {
  /** Looks at some users with ids beyond `after`, and writes what the log does not know of them. */
  step(after: number): Promise<Backfilled>;
  /** How many of the next users the log does not know at all. Locks nothing, writes nothing. */
  countUnknown(after: number): Promise<Step<'unknown'>>;
}

/** The newest event of a user. */
type Newest = Pick<UserEventsTable, 'type' | 'username'>;

/** @param announce is told the newest position once its event can be read */
export const backfillIn = (db: Kysely<Schema>, announce: (position: number) => void): Backfill => ({
  async step(after) {
    const done = await withEventLogLock(db, async (tx) => {
      const ids = await nextIds(tx, after);
      const users = await lockedNames(tx, ids);
      // Asked for when the users are locked: whoever was changing one of them is done, and in the log.
      const changes = missingChanges(ids, users, await newestEvents(tx, ids));
      return { changes, position: await appendEvents(tx, changes), next: ids.at(-1) ?? null };
    });
    if (done.position !== undefined) announce(done.position);
    const count = (wanted: Change['type']) =>
      done.changes.filter(({ type }) => type === wanted).length;
    return {
      result: {
        created: count('UserCreated'),
        updated: count('UserUpdated'),
        deleted: count('UserDeleted'),
      },
      next: done.next,
    };
  },

  async countUnknown(after) {
    const { rows } = await sql<{ last: number | null; unknown: number }>`
      with batch as (select id from users where id > ${after} order by id limit ${COUNT_BATCH})
      select max(id) as last, count(*) filter (
        where not exists (select from user_events where user_id = id)) as unknown
      from batch`.execute(db);
    const { last, unknown } = rows[0]!;
    return { result: { unknown }, next: last };
  },
});

/** What has to be told of users so that the log is right about them. */
export const missingChanges = (
  ids: readonly number[],
  users: ReadonlyMap<number, string>,
  newest: ReadonlyMap<number, Newest>,
): Change[] =>
  ids.flatMap((id): Change[] => {
    const username = users.get(id);
    const event = newest.get(id);
    const isKnown = event !== undefined && event.type !== 'UserDeleted';
    if (username === undefined) return isKnown ? [{ type: 'UserDeleted', id }] : [];
    if (!isKnown) return [{ type: 'UserCreated', id, username }];
    return event.username === username ? [] : [{ type: 'UserUpdated', id, username }];
  });

/** Ids of users, and of those whom the log has only; ascending. */
async function nextIds(tx: Transaction<Schema>, after: number): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    (select id from users where id > ${after} order by id limit ${BATCH})
    union
    (select distinct user_id from user_events where user_id > ${after} order by user_id limit ${BATCH})
    order by id limit ${BATCH}`.execute(tx);
  return rows.map(({ id }) => id);
}

/** Nobody changes or deletes these users before the transaction is over. */
async function lockedNames(
  tx: Transaction<Schema>,
  ids: readonly number[],
): Promise<Map<number, string>> {
  const rows = await tx
    .selectFrom('users')
    .select(['id', 'username'])
    .where('id', '=', sql<number>`any(${[...ids]}::bigint[])`)
    .orderBy('id')
    .forShare()
    .execute();
  return new Map(rows.map(({ id, username }) => [id, username]));
}

async function newestEvents(
  tx: Transaction<Schema>,
  ids: readonly number[],
): Promise<Map<number, Newest>> {
  const rows = await tx
    .selectFrom('user_events')
    .distinctOn('user_id')
    .select(['user_id', 'type', 'username'])
    .where('user_id', '=', sql<number>`any(${[...ids]}::bigint[])`)
    .orderBy('user_id')
    .orderBy('position', 'desc')
    .execute();
  return new Map(rows.map(({ user_id: id, ...event }) => [id, event]));
}
