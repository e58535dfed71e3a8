// Backfill: appends events that the log lacks, since a release without a log created, changed or deleted the users.
import { type Kysely, sql, type Transaction } from 'kysely';
import { type Step, withEventLogLock } from './steps.ts';
import { type Change, type LoggedFields, appendEvents, loggedFields } from './outbox.ts';
import type { Schema, UserEventsTable } from '../schema.ts';

const BATCH = 500;
const COUNT_BATCH = 5_000;

export type Backfilled = Step<'created' | 'updated' | 'deleted'>;

export interface Backfill {
  /** Checks the next 500 users with ids greater than `after`, and appends the events that are missing. */
  step(after: number): Promise<Backfilled>;
  /** Counts those of the next 5,000 users that have no event. Takes no locks and writes nothing. */
  countUnknown(after: number): Promise<Step<'unknown'>>;
}

/** The newest event of a user. */
type Newest = Pick<UserEventsTable, 'type'> & { [Field in keyof LoggedFields]: unknown };

/** @param notify receives the newest offset once its event is committed */
export const backfillIn = (db: Kysely<Schema>, notify: (offset: number) => void): Backfill => ({
  async step(after) {
    const { changes, offset, next } = await withEventLogLock(db, async (tx) => {
      const ids = await nextIds(tx, after);
      const users = await lockedUsers(tx, ids);
      // Read after the users are locked: by then, every earlier change of them is committed and in the log.
      const missing = missingChanges(ids, users, await newestEvents(tx, ids));
      return {
        changes: missing,
        offset: await appendEvents(tx, missing),
        next: ids.at(-1) ?? null,
      };
    });
    if (offset !== undefined) notify(offset);
    const count = (wanted: Change['type']) => changes.filter(({ type }) => type === wanted).length;
    return {
      result: {
        created: count('UserCreated'),
        updated: count('UserUpdated'),
        deleted: count('UserDeleted'),
      },
      next,
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

/**
 * Returns the changes that are missing in the log. A field that differs is missing, too: a release that does not know it has
 * written the newest event without it.
 * @param users users by id, all of their logged fields; an id without one belongs to a deleted user
 * @param newest the newest event of each user
 */
export const missingChanges = (
  ids: readonly number[],
  users: ReadonlyMap<number, LoggedFields>,
  newest: ReadonlyMap<number, Newest>,
): Change[] =>
  ids.flatMap((id): Change[] => {
    const user = users.get(id);
    const event = newest.get(id);
    const isKnown = event !== undefined && event.type !== 'UserDeleted';
    if (user === undefined) return isKnown ? [{ type: 'UserDeleted', id }] : [];
    if (!isKnown) return [{ type: 'UserCreated', id, ...user }];
    const isSame = Object.entries(user).every(
      ([field, value]) => event[field as keyof LoggedFields] === value,
    );
    return isSame ? [] : [{ type: 'UserUpdated', id, ...user }];
  });

/** Returns the next ids, ascending: of users, and of deleted users that the log has events of. */
export async function nextIds(tx: Transaction<Schema>, after: number): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    (select id from users where id > ${after} order by id limit ${BATCH})
    union
    (select distinct user_id from user_events where user_id > ${after} order by user_id limit ${BATCH})
    order by id limit ${BATCH}`.execute(tx);
  return rows.map(({ id }) => id);
}

/** Returns users by id. They are locked against changes and deletion until the transaction ends. */
export async function lockedUsers(
  tx: Transaction<Schema>,
  ids: readonly number[],
): Promise<Map<number, LoggedFields>> {
  const rows = await tx
    .selectFrom('users')
    .select(['id', ...loggedFields])
    .where('id', '=', sql<number>`any(${[...ids]}::bigint[])`)
    .orderBy('id')
    .forShare()
    .execute();
  return new Map(rows.map(({ id, ...fields }) => [id, fields]));
}

async function newestEvents(
  tx: Transaction<Schema>,
  ids: readonly number[],
): Promise<Map<number, Newest>> {
  const rows = await tx
    .selectFrom('user_events')
    .distinctOn('user_id')
    .select(['user_id', 'type', ...loggedFields])
    .where('user_id', '=', sql<number>`any(${[...ids]}::bigint[])`)
    .orderBy('user_id')
    .orderBy('position', 'desc')
    .execute();
  return new Map(rows.map(({ user_id: id, ...event }) => [id, event]));
}
