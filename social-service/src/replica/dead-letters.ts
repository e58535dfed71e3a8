// The dead-letter table: events that break the contract, for operators to inspect. It keeps at most 1,000 events, for 30 days.
import { hash } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';
import type { DeadLetter } from './changes.ts';

const STORED_MAX = 1_000;
const CHARACTERS_MAX = 10_000;
const DAYS = 30;

/** Stores dead letters, each event once, and deletes the oldest beyond 1,000. */
export async function storeDeadLetters(
  db: Kysely<Schema>,
  deadLetters: readonly DeadLetter[],
): Promise<void> {
  const rows = deadLetters.slice(-STORED_MAX).map(({ offset = null, reason, event }) => {
    const text = textOf(event);
    return {
      position: offset,
      reason,
      event: text.slice(0, CHARACTERS_MAX),
      hash: hash('sha256', text, 'buffer'),
    };
  });
  if (rows.length === 0) return;
  await db
    .insertInto('broken_events')
    .values(rows)
    .onConflict((conflict) => conflict.column('hash').doNothing())
    .execute();
  await sql`
    delete from broken_events
    where id <= (select id from broken_events order by id desc offset ${STORED_MAX} limit 1)`.execute(
    db,
  );
}

/** A dead letter as stored. The field names are those of GET /authors/broken. */
export interface StoredDeadLetter {
  readonly id: number;
  readonly position: number | null;
  readonly reason: string;
  readonly keptAt: Date;
  /** JSON, truncated to 10,000 characters. */
  readonly event: string;
}

const LISTED_MAX = 100;

/** Returns the newest 100 dead letters. */
export const listDeadLetters = (db: Kysely<Schema>): Promise<StoredDeadLetter[]> =>
  storedIn(db).orderBy('id', 'desc').limit(LISTED_MAX).execute();

/** Returns one dead letter, or all; oldest first. */
export const readDeadLetters = (db: Kysely<Schema>, id?: number): Promise<StoredDeadLetter[]> =>
  storedIn(db)
    .$if(id !== undefined, (query) => query.where('id', '=', id!))
    .orderBy('id')
    .execute();

const storedIn = (db: Kysely<Schema>) =>
  db.selectFrom('broken_events').select(['id', 'position', 'reason', 'kept_at as keptAt', 'event']);

/** Deletes a dead letter. Returns whether there was one. */
export async function discardDeadLetter(db: Kysely<Schema>, id: number): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('broken_events')
    .where('id', '=', id)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

/** Deletes dead letters older than 30 days, since they may contain data of deleted users. */
export async function deleteOldDeadLetters(db: Kysely<Schema>): Promise<void> {
  await db
    .deleteFrom('broken_events')
    .where('kept_at', '<', sql<Date>`now() - ${DAYS} * interval '1 day'`)
    .execute();
}

/** Returns the event as JSON, or '' if it is nested too deeply to be serialized. */
function textOf(event: unknown): string {
  try {
    return JSON.stringify(event);
  } catch {
    return '';
  }
}
