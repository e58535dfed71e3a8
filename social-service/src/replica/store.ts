// The copy of Identity's users: events take effect in it once, together with the position that says so.
import type { Events } from 'chassis/events/source';
import type { Applied } from 'chassis/events/consumer';
import type { Logger } from 'chassis/observability/log';
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';
import type { DeadLetter } from './changes.ts';
import { applyEvents } from './apply.ts';

/** How the copy stands. */
export interface ReplicaState {
  readonly position: number;
  /** Which copy it is, counted from 1; a new one is begun by each rebuilding. */
  readonly generation: number;
  /** It is being made; the one before, if there is one, is read from until it is whole. */
  readonly rebuilding: boolean;
  /** There is one that was whole, to be read from. */
  readonly whole: boolean;
  /** The log ends before the position, so it is not the one that was read: only a new copy can tell what it says. */
  readonly lost: boolean;
}

export interface Replica {
  state(): Promise<ReplicaState>;
  /** As `follow` wants it: what `batch` says takes effect, and its position with it, or nothing does. */
  apply(batch: Events, after: number): Promise<Applied>;
  /**
   * Begins a new copy, from the beginning of the log. Does nothing while one is being made, unless that can never be
   * whole: the log was lost, or ends before what it was to have when that one was begun.
   * @param head where the log ends; 0 when nothing was heard of it yet
   * @returns whether it began
   */
  rebuild(head?: number): Promise<boolean>;
  /** The log has never given this position. Nothing changes when the copy has moved on from there. */
  markLost(position: number): Promise<void>;
}

export function replicaIn(db: Kysely<Schema>, log: Logger): Replica {
  const place = db.selectFrom('log_position').selectAll().where('name', '=', 'users');
  return {
    async state() {
      const { position, generation, serving, lost } = await place.executeTakeFirstOrThrow();
      return { position, generation, rebuilding: serving < generation, whole: serving > 0, lost };
    },

    async apply(batch, after) {
      const { applied, deadLetters } = await db
        .transaction()
        .execute((tx) => applyEvents(tx, batch, after));
      if (deadLetters.length > 0)
        log.warn(outline(deadLetters), 'broken events of the log were kept aside');
      return applied;
    },

    async rebuild(head = 0) {
      const { numUpdatedRows } = await db
        .updateTable('log_position')
        .set({ position: 0, goal: null, lost: false, generation: sql`generation + 1` })
        .where('name', '=', 'users')
        .where((is) =>
          is.or([
            is('serving', '=', is.ref('generation')),
            is('lost', '=', true),
            ...(head > 0 ? [is('goal', '>', head)] : []),
          ]),
        )
        .executeTakeFirstOrThrow();
      return numUpdatedRows > 0n;
    },

    async markLost(position) {
      await db
        .updateTable('log_position')
        .set({ lost: true })
        .where('name', '=', 'users')
        .where('position', '=', position)
        .execute();
    },
  };
}

/** What a log line may say of broken events: nothing that stands in them. */
const outline = (broken: readonly DeadLetter[]) => ({
  broken: broken.length,
  reasons: [...new Set(broken.map(({ reason }) => reason))],
  positions: broken.slice(0, 10).map(({ offset }) => offset ?? null),
});
