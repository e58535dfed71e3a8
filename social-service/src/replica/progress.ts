// How far the replica has applied the log, and when a rebuild is complete.
import {
  type EpochOffset,
  type Epochs,
  offsetAfter,
  requireContinuation,
} from 'chassis/events/epoch';
import type { Events } from 'chassis/events/source';
import type { Kysely, Selectable, Transaction } from 'kysely';
import type { LogOffsetTable, Schema } from '../schema.ts';
import { takeBackAll } from './deletion/departed.ts';

export type ReplicaProgress = Selectable<LogOffsetTable>;

/** Reads the progress, and locks it until the transaction ends: nobody else applies events meanwhile. */
export const lockProgress = (tx: Transaction<Schema>): Promise<ReplicaProgress> =>
  tx
    .selectFrom('log_position')
    .selectAll()
    .where('name', '=', 'users')
    .forUpdate()
    .executeTakeFirstOrThrow();

/** Instead of an epoch's id: a rebuild may take any log. */
export const ANY_EPOCH = 'any';

/** Returns the place up to which the replica has applied the log. */
export function offsetOf({
  position: offset,
  epoch,
  event_time: time,
  epoch_offset,
}: Pick<ReplicaProgress, 'position' | 'epoch' | 'event_time' | 'epoch_offset'>): EpochOffset {
  // A release without epochs has moved the position.
  if (epoch_offset !== offset) return { offset };
  return { offset, epoch: epoch ?? undefined, time: time ?? undefined };
}

/** Requires of a rebuild that its log continues what is served, unless a person has accepted the log's epoch. */
export function requireSameLog(
  { served_offset, served_epoch, accepted_epoch }: ReplicaProgress,
  epochs: Epochs | undefined,
): void {
  const isAccepted =
    accepted_epoch === ANY_EPOCH || epochs?.some(({ id }) => id === accepted_epoch) === true;
  if (served_offset !== null && !isAccepted)
    requireContinuation({ offset: served_offset, epoch: served_epoch ?? undefined }, { epochs });
}

/**
 * Stores the offset. A rebuild is complete when it reaches the end offset of its first batch, and the offset of what is
 * served unless a person has accepted another epoch; then its generation is served.
 */
export async function saveProgress(
  tx: Kysely<Schema>,
  progress: ReplicaProgress,
  batch: Events,
): Promise<void> {
  const { generation, serving, goal, served_offset, accepted_epoch } = progress;
  const { nextOffset, endOffset } = batch;
  const { epoch, time } = offsetAfter(batch, offsetOf(progress));
  const least = accepted_epoch === null ? (served_offset ?? 0) : 0;
  const target = goal ?? Math.max(endOffset, least);
  const isComplete = serving === generation || nextOffset >= target;
  if (isComplete && serving !== generation) await takeBackAll(tx, generation);
  await tx
    .updateTable('log_position')
    .set({
      position: nextOffset,
      epoch: epoch ?? null,
      event_time: time ?? null,
      epoch_offset: nextOffset,
      serving: isComplete ? generation : serving,
      goal: isComplete ? null : target,
      ...(isComplete && { served_offset: null, served_epoch: null, accepted_epoch: null }),
    })
    .where('name', '=', 'users')
    .execute();
}
