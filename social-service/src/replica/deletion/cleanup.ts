// Deletes what is no longer needed: old generations of the replica, the content of deleted users, old dead letters.
import { type Kysely, sql } from 'kysely';
import type { Outbox } from '../../events/outbox.ts';
import type { Schema } from '../../schema.ts';
import { deleteOldDeadLetters } from '../dead-letters.ts';
import { deleteDepartedContent } from './user-content.ts';

const BATCH = 5_000;

/** Several instances may run this at the same time. */
export async function cleanUp(db: Kysely<Schema>, outbox: Outbox): Promise<void> {
  await deleteDepartedContent(db, outbox);
  await deleteOldDeadLetters(db);
  await removeOldGenerations(db);
}

/** Deletes generations before the served one, `batch` rows at a time, so that no statement takes long. */
export async function removeOldGenerations(db: Kysely<Schema>, batch = BATCH): Promise<void> {
  for (;;) {
    const { numAffectedRows = 0n } = await sql`
      delete from authors where (generation, id) in (
        select generation, id from authors
        where generation < (select serving from log_position where name = 'users')
        order by generation, id limit ${batch})`.execute(db);
    if (numAffectedRows === 0n) return;
  }
}
