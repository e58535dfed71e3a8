// Applies a batch of events to the replica, and stores its next offset in the same transaction.
import { type Epochs, epochAt, requireContinuation } from 'chassis/events/epoch';
import type { Events } from 'chassis/events/source';
import type { Applied } from 'chassis/events/consumer';
import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import type { LogOffsetTable, Schema } from '../schema.ts';
import { storeDeadLetters } from './dead-letters.ts';
import { type DeadLetter, changesIn, type UserUpsert } from './changes.ts';
import { deleteUserContent, recordDeletedUsers } from './user-content.ts';

type ReplicaProgress = Selectable<LogOffsetTable>;

export interface ApplyResult {
  readonly applied: Applied;
  /** The events that were stored as dead letters. */
  readonly deadLetters: readonly DeadLetter[];
}

/** Instead of an epoch's id: a rebuild may take any log. */
export const ANY_EPOCH = 'any';

/**
 * Applies a batch. Applies nothing if the replica's offset is before `after`, since events in between would be missed, or if
 * it has passed the whole batch.
 * @param after the offset that the batch was read from
 * @throws OtherEpoch when the log does not continue what was applied or, in a rebuild, what is served
 */
export async function applyEvents(
  tx: Transaction<Schema>,
  batch: Events,
  after: number,
): Promise<ApplyResult> {
  const { events, nextOffset, epochs } = batch;
  // The row lock serializes instances: the next one waits here, and then finds another offset.
  const progress = await tx
    .selectFrom('log_position')
    .selectAll()
    .where('name', '=', 'users')
    .forUpdate()
    .executeTakeFirstOrThrow();
  const { position: offset, generation } = progress;
  // A batch of only invalid events without an offset ends at the offset where it began.
  const hasNoOffsets = offset === after && offset === nextOffset;
  if (offset < after || (offset >= nextOffset && !hasNoOffsets))
    return { applied: { repeated: events.length }, deadLetters: [] };
  // Checked under the lock: another instance may have applied events of another history since the batch was read.
  requireContinuation({ offset, epoch: progress.epoch ?? undefined }, epochs);
  requireSameLog(progress, epochs);

  const { upserts, deleted, deadLetters, skipped, repeated } = changesIn(
    events,
    offset,
    nextOffset,
  );
  if (deleted.size > 0) {
    const ids = [...deleted.keys()];
    await deleteAuthors(tx, progress, ids);
    await deleteUserContent(tx, ids);
    await recordDeletedUsers(tx, deleted, Date.now());
  }
  if (upserts.length > 0) await upsertAuthors(tx, generation, upserts);
  await storeDeadLetters(tx, deadLetters);
  await saveProgress(tx, progress, batch);
  return { applied: { skipped, repeated, invalid: deadLetters.length }, deadLetters };
}

async function deleteAuthors(
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

async function upsertAuthors(
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

/** Requires of a rebuild that its log continues what is served, unless a person has accepted the log's epoch. */
function requireSameLog(
  { served_offset, served_epoch, accepted_epoch }: ReplicaProgress,
  epochs: Epochs | undefined,
): void {
  const isAccepted =
    accepted_epoch === ANY_EPOCH || epochs?.some(({ id }) => id === accepted_epoch) === true;
  if (served_offset !== null && !isAccepted)
    requireContinuation({ offset: served_offset, epoch: served_epoch ?? undefined }, epochs);
}

/**
 * Stores the offset. A rebuild is complete when it reaches the end offset of its first batch, and the offset of what is
 * served unless a person has accepted another epoch; then its generation is served.
 */
async function saveProgress(
  tx: Kysely<Schema>,
  { generation, serving, goal, served_offset, accepted_epoch, epoch }: ReplicaProgress,
  { nextOffset, endOffset, epochs }: Events,
): Promise<void> {
  const least = accepted_epoch === null ? (served_offset ?? 0) : 0;
  const target = goal ?? Math.max(endOffset, least);
  const isComplete = serving === generation || nextOffset >= target;
  await tx
    .updateTable('log_position')
    .set({
      position: nextOffset,
      epoch: epochs === undefined ? epoch : epochAt(epochs, nextOffset),
      serving: isComplete ? generation : serving,
      goal: isComplete ? null : target,
      ...(isComplete && { served_offset: null, served_epoch: null, accepted_epoch: null }),
    })
    .where('name', '=', 'users')
    .execute();
}
