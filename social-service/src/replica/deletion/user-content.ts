// Deletes the content of deleted users: posts, friendships, friend requests and idempotency keys.
import type { Kysely } from 'kysely';
import type { Schema } from '../../schema.ts';
import { content, type Deleted } from './delete-rows.ts';
import type { Outbox, RecordChange } from '../../events/outbox.ts';
import {
  deleteExpiredDeparted,
  departedWithContent,
  lockDeparted,
  withIndexScans,
} from './departed.ts';

/** Rows per statement, so that no statement takes long. */
const BATCH = 1_000;
/** Users per query. */
const USER_BATCH = 500;

/** Records the events of a step. */
function recordDeleted(
  userId: number,
  { posts, others, accepted }: Deleted,
  record: RecordChange,
): void {
  for (const id of posts ?? []) record({ type: 'PostDeleted', id, authorId: userId });
  for (const [index, otherId] of (others ?? []).entries())
    record({ type: 'FriendshipEnded', userId, otherId, wasFriends: accepted![index]! });
}

type Step = (tx: Kysely<Schema>, record: RecordChange) => Promise<Deleted>;

/**
 * Deletes the content of a user in steps of `batch` rows.
 * @param run runs a step in a transaction; undefined ends the deletion
 */
async function deleteInSteps(
  userId: number,
  batch: number,
  run: (step: Step) => Promise<Deleted | undefined>,
): Promise<void> {
  for (const [deleteNext, first] of content)
    for (let after = first; ;) {
      const deleted = await run(async (tx, record) => {
        const rows = await deleteNext(tx, userId, after, batch);
        recordDeleted(userId, rows, record);
        return rows;
      });
      if (deleted === undefined) return;
      if (deleted.n < batch) break;
      after = deleted.last;
    }
}

/** Deletes the content of a user in this transaction. */
export const deleteUserContent = (
  tx: Kysely<Schema>,
  userId: number,
  record: RecordChange,
): Promise<void> =>
  deleteInSteps(userId, BATCH, (step) => withIndexScans(tx, (same) => step(same, record)));

/**
 * Deletes the content of deleted users, also what they have written after their deletion; `batch` rows a transaction. Several
 * instances may do this at once: each takes users that no other one has.
 */
export async function deleteDepartedContent(
  db: Kysely<Schema>,
  outbox: Outbox,
  batch = BATCH,
): Promise<void> {
  for (let after = 0; ;) {
    const ids = await withIndexScans(db, (tx) => departedWithContent(tx, after, USER_BATCH));
    for (const id of ids)
      await deleteInSteps(id, batch, (step) =>
        outbox.transaction(undefined, (outer, record) =>
          withIndexScans(outer, async (tx) =>
            (await lockDeparted(tx, id)) ? step(tx, record) : undefined,
          ),
        ),
      );
    if (ids.length < USER_BATCH) break;
    after = ids.at(-1)!;
  }
  await withIndexScans(db, deleteExpiredDeparted);
}
