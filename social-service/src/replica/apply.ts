// Applies a batch of events to the replica, and stores its next offset in the same transaction.
import { requireContinuation } from 'chassis/events/epoch';
import type { Events } from 'chassis/events/source';
import type { Applied } from 'chassis/events/consumer';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { RecordChange } from '../events/outbox.ts';
import type { Schema } from '../schema.ts';
import { storeDeadLetters } from './dead-letters.ts';
import { type DeadLetter, changesIn, type UserUpsert } from './changes.ts';
import {
  lockProgress,
  offsetOf,
  type ReplicaProgress,
  requireSameLog,
  saveProgress,
} from './progress.ts';
import { hideDeleted, takeBack } from './deletion/departed.ts';
import { deleteUserContent } from './deletion/user-content.ts';

export interface ApplyResult {
  readonly applied: Applied;
  /** The events that were stored as dead letters. */
  readonly deadLetters: readonly DeadLetter[];
}

/**
 * Applies a batch. Applies nothing if the replica's offset is before `after`, since events in between would be missed, or if
 * it has passed the whole batch.
 * @param after the offset that the batch was read from
 * @param record receives the deletions of content, for the social event log
 * @throws OtherEpoch when the log does not continue what was applied or, in a rebuild, what is served
 */
export async function applyEvents(
  tx: Transaction<Schema>,
  batch: Events,
  after: number,
  record: RecordChange,
): Promise<ApplyResult> {
  const { events, nextOffset, epochs } = batch;
  // The row lock serializes instances: the next one waits here, and then finds another offset.
  const progress = await lockProgress(tx);
  const { position: offset, generation } = progress;
  // A batch of only invalid events without an offset ends at the offset where it began.
  const hasNoOffsets = offset === after && offset === nextOffset;
  if (offset < after || (offset >= nextOffset && !hasNoOffsets))
    return { applied: { repeated: events.length }, deadLetters: [] };
  // Checked under the lock: another instance may have applied events of another history since the batch was read.
  requireContinuation(offsetOf(progress), {
    epochs,
    timeAtStart: offset === after ? batch.timeAtStart : undefined,
  });
  requireSameLog(progress, epochs);

  const { upserts, deleted, deadLetters, skipped, repeated } = changesIn(
    events,
    offset,
    nextOffset,
  );
  if (deleted.size > 0) {
    const ids = [...deleted.keys()];
    await deleteAuthors(tx, progress, ids);
    await hideDeleted(tx, deleted, Date.now());
  }
  if (upserts.length > 0) {
    await upsertAuthors(tx, generation, upserts);
    await deleteContentFromBefore(tx, recreated(progress, upserts, deleted), record);
  }
  await storeDeadLetters(tx, deadLetters);
  await saveProgress(tx, progress, batch);
  return { applied: { skipped, repeated, invalid: deadLetters.length }, deadLetters };
}

/** Returns users who may have been deleted before. A rebuild reads of every deleted user first that there was one. */
const recreated = (
  { serving, generation }: ReplicaProgress,
  upserts: readonly UserUpsert[],
  deleted: ReadonlyMap<number, number>,
): number[] =>
  upserts
    .map(({ userId }) => userId)
    .filter((userId) => serving === generation || deleted.has(userId));

/** Shows these users again, without what they had before. No id is given twice, so there is hardly ever such a user. */
async function deleteContentFromBefore(
  tx: Transaction<Schema>,
  userIds: readonly number[],
  record: RecordChange,
): Promise<void> {
  if (userIds.length === 0) return;
  for (const userId of await takeBack(tx, userIds)) await deleteUserContent(tx, userId, record);
}

/** Deletes users from the generation that is read and from the one that is built. */
export async function deleteAuthors(
  tx: Kysely<Schema>,
  { serving, generation }: ReplicaProgress,
  ids: readonly number[],
): Promise<void> {
  await tx
    .deleteFrom('authors')
    .where('generation', 'in', [serving, generation])
    .where('id', '=', sql<number>`any(${[...ids]}::bigint[])`)
    .execute();
}

/** Stores names in a generation, where it has no newer ones. */
export async function upsertAuthors(
  tx: Kysely<Schema>,
  generation: number,
  upserts: readonly UserUpsert[],
): Promise<void> {
  const ids = upserts.map(({ userId }) => userId);
  const usernames = upserts.map(({ username }) => username);
  const offsets = upserts.map(({ offset }) => offset);
  await sql`
    insert into authors (generation, id, username, position)
    select ${generation}::integer, *
    from unnest(${ids}::bigint[], ${usernames}::text[], ${offsets}::bigint[])
    on conflict (generation, id) do update
      set username = excluded.username, position = excluded.position
      where authors.position < excluded.position`.execute(tx);
}
