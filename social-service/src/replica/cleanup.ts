// Clearing up behind the copy: generations that nobody reads any more, what users wrote after they left, broken events.
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';
import { deleteOldDeadLetters } from './dead-letters.ts';
import { deleteLateContent } from './user-content.ts';

const LOT = 5_000;

/** Several instances may do it at once. */
export async function cleanUp(db: Kysely<Schema>): Promise<void> {
  await deleteLateContent(db);
  await deleteOldDeadLetters(db);
  await removeOldGenerations(db);
}

/** Removes copies from before the one that is served, a lot at a time. */
export async function removeOldGenerations(db: Kysely<Schema>, lot = LOT): Promise<void> {
  for (;;) {
    const { numAffectedRows = 0n } = await sql`
      delete from authors where (generation, id) in (
        select generation, id from authors
        where generation < (select serving from log_position where name = 'users')
        order by generation, id limit ${lot})`.execute(db);
    if (numAffectedRows === 0n) return;
  }
}
