// Events that break the contract are kept aside, for a person to look at. Only so many, and only for so long.
import { hash } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';
import type { DeadLetter } from './changes.ts';

const KEPT_MAX = 1_000;
const CHARACTERS_MAX = 10_000;
const DAYS = 30;

/** Keeps the newest of these; each event once, however often it comes. */
export async function storeDeadLetters(
  db: Kysely<Schema>,
  broken: readonly DeadLetter[],
): Promise<void> {
  const rows = broken.slice(-KEPT_MAX).map(({ offset = null, reason, event }) => {
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
    .onConflict((on) => on.column('hash').doNothing())
    .execute();
  await sql`
    delete from broken_events
    where id <= (select id from broken_events order by id desc offset ${KEPT_MAX} limit 1)`.execute(
    db,
  );
}

/** One that is kept. */
export interface StoredDeadLetter {
  readonly position: number | null;
  readonly reason: string;
  readonly keptAt: Date;
  /** JSON, cut off when it is long. */
  readonly event: string;
}

const SHOWN_MAX = 100;

/** The newest of them. */
export const listDeadLetters = (db: Kysely<Schema>): Promise<StoredDeadLetter[]> =>
  db
    .selectFrom('broken_events')
    .select(['position', 'reason', 'kept_at as keptAt', 'event'])
    .orderBy('id', 'desc')
    .limit(SHOWN_MAX)
    .execute();

/** Removes those that are old: they may tell of users who are gone. */
export async function deleteOldDeadLetters(db: Kysely<Schema>): Promise<void> {
  await db
    .deleteFrom('broken_events')
    .where('kept_at', '<', sql<Date>`now() - ${DAYS} * interval '1 day'`)
    .execute();
}

/** What came off the wire as JSON can be written as JSON, but for what is nested too deeply for that. */
function textOf(event: unknown): string {
  try {
    return JSON.stringify(event);
  } catch {
    return '';
  }
}
