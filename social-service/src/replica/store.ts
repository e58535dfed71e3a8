// The replica of Identity's users. Each event is applied once, in one transaction with the replica's offset.
import type { EpochOffset } from 'chassis/events/epoch';
import type { Events } from 'chassis/events/source';
import type { Applied } from 'chassis/events/consumer';
import type { ConsumerState } from 'chassis/events/consumer-state';
import type { Logger } from 'chassis/observability/log';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Outbox } from '../events/outbox.ts';
import type { Schema } from '../schema.ts';
import type { DeadLetter } from './changes.ts';
import { applyEvents } from './apply.ts';
import { offsetOf } from './progress.ts';

/** The state of the replica. The field names are those of GET /authors. */
export interface ReplicaState {
  /** The offset up to which events are applied. */
  readonly position: number;
  /** The id of the log's epoch that has the event at `position`; null while it is unknown. */
  readonly epoch: string | null;
  /** The number of the replica, counted from 1. Each rebuild starts the next generation. */
  readonly generation: number;
  /** During a rebuild, the offset at which it is complete; null if it is not known yet, and when no rebuild runs. */
  readonly goal: number | null;
  /** The generation is being built. Until it is complete, the previous generation is served, if there is one. */
  readonly rebuilding: boolean;
  /** A complete generation is served. */
  readonly whole: boolean;
  /** The log ends before `position`, so it has lost events that the replica contains. A rebuild is needed. */
  readonly lost: boolean;
}

/** The answer of GET /authors. */
export interface ReplicaStatus extends ReplicaState {
  /** The end offset of the log. */
  readonly head: number;
  readonly state: ConsumerState;
  /** In the state `other_epoch`, the id of the log's epoch. */
  readonly otherEpoch: string | null;
}

export interface Replica {
  state(): Promise<ReplicaState>;
  /** Returns the place up to which the log is applied; undefined when the log has lost events, until a rebuild. */
  offset(): Promise<EpochOffset | undefined>;
  /** Applies a batch and stores its next offset in one transaction. See ConsumerOptions. */
  apply(batch: Events, after: number): Promise<Applied>;
  /**
   * Starts a rebuild from the beginning of the log. Does nothing while a rebuild runs, unless that one can never complete: the
   * log has lost events, or ends before the rebuild's target.
   * The rebuild is served when it has reached where the served generation stood, in the same log.
   * @param endOffset the end of the log; 0 if it is not known yet
   * @param accepted the id of an epoch, or ANY_EPOCH: the rebuild is served whatever was served before. Such a rebuild
   *   replaces one that runs
   * @returns whether a rebuild was started
   */
  rebuild(endOffset?: number, accepted?: string): Promise<boolean>;
  /** Records that the log ends before this offset. Does nothing if the replica has another offset by now. */
  markLost(offset: number): Promise<void>;
}

/** @param outbox receives the deletions of what deleted users leave behind */
export function replicaIn(db: Kysely<Schema>, log: Logger, outbox: Outbox): Replica {
  const selectProgress = db.selectFrom('log_position').selectAll().where('name', '=', 'users');
  return {
    async state() {
      const progress = await selectProgress.executeTakeFirstOrThrow();
      const { position, generation, serving, goal, lost } = progress;
      const { epoch = null } = offsetOf(progress);
      const [rebuilding, whole] = [serving < generation, serving > 0];
      return { position, epoch, generation, goal, rebuilding, whole, lost };
    },

    async offset() {
      const progress = await selectProgress.executeTakeFirstOrThrow();
      return progress.lost ? undefined : offsetOf(progress);
    },

    async apply(batch, after) {
      const { applied, deadLetters } = await outbox.transaction(undefined, (tx, record) =>
        applyEvents(tx, batch, after, record),
      );
      if (deadLetters.length > 0)
        log.warn(summaryOf(deadLetters), 'invalid user events stored as dead letters');
      return applied;
    },

    async rebuild(endOffset = 0, accepted) {
      const { numUpdatedRows } = await db
        .updateTable('log_position')
        .set({
          position: 0,
          epoch: null,
          event_time: null,
          goal: null,
          lost: false,
          served_offset: servedBefore(sql.ref('position'), 'served_offset'),
          served_epoch: servedBefore(KNOWN_EPOCH, 'served_epoch'),
          accepted_epoch: accepted ?? null,
          generation: sql`generation + 1`,
        })
        .where('name', '=', 'users')
        .where((eb) =>
          eb.or([
            eb('serving', '=', eb.ref('generation')),
            eb('lost', '=', true),
            ...(accepted !== undefined ? [sql<boolean>`true`] : []),
            ...(endOffset > 0 ? [eb('goal', '>', endOffset)] : []),
          ]),
        )
        .executeTakeFirstOrThrow();
      return numUpdatedRows > 0n;
    },

    async markLost(offset) {
      await db
        .updateTable('log_position')
        .set({ lost: true })
        .where('name', '=', 'users')
        .where('position', '=', offset)
        .execute();
    },
  };
}

/** The epoch, unless an older release has moved the position without it. */
const KNOWN_EPOCH = sql`case when epoch_offset = position then epoch end`;

/**
 * The place where the served generation stands: the replica's own, or during a rebuild the stored one. Null while nothing is
 * served. In an update it has the values before the update.
 */
const servedBefore = (
  current: RawBuilder<unknown>,
  stored: 'served_offset' | 'served_epoch',
) => sql<never>`case
  when serving = generation then ${current}
  when serving > 0 then ${sql.ref(stored)} end`;

/** Returns what a log line says about dead letters. It must not quote the events. */
const summaryOf = (deadLetters: readonly DeadLetter[]) => ({
  count: deadLetters.length,
  reasons: [...new Set(deadLetters.map(({ reason }) => reason))],
  offsets: deadLetters.slice(0, 10).map(({ offset }) => offset ?? null),
});
