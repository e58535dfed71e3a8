// The copy of Identity's users: events take effect in it once, together with the position that says so.
import type { Events } from 'chassis/event-source';
import type { Applied } from 'chassis/follow';
import type { Logger } from 'chassis/log';
import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import type { LogPositionTable, Schema } from '../schema.ts';
import { keepBroken } from './broken.ts';
import { type Broken, changesIn, type Named } from './changes.ts';
import { removeTraces, watchDeparted } from './traces.ts';

/** How the copy stands. */
export interface CopyState {
  readonly position: number;
  /** Which copy it is, counted from 1; a new one is begun by each rebuilding. */
  readonly generation: number;
  /** The one before is read from, until this one is whole. */
  readonly rebuilding: boolean;
}

export interface Copy {
  state(): Promise<CopyState>;
  /** As `follow` wants it: what `batch` says takes effect, and its position with it, or nothing does. */
  apply(batch: Events, after: number): Promise<Applied>;
  /** Begins a new copy, from the beginning of the log. Does nothing while one is being made. @returns whether it began */
  rebuild(): Promise<boolean>;
}

type Place = Selectable<LogPositionTable>;

export function copyIn(db: Kysely<Schema>, log: Logger): Copy {
  const place = db.selectFrom('log_position').selectAll().where('name', '=', 'users');
  return {
    async state() {
      const { position, generation, serving } = await place.executeTakeFirstOrThrow();
      return { position, generation, rebuilding: serving < generation };
    },

    async apply(batch, after) {
      const { applied, broken } = await db.transaction().execute((tx) => applyIn(tx, batch, after));
      if (broken.length > 0) log.warn(outline(broken), 'broken events of the log were kept aside');
      return applied;
    },

    async rebuild() {
      const { numUpdatedRows } = await db
        .updateTable('log_position')
        .set({ position: 0, goal: null, generation: sql`generation + 1` })
        .where('name', '=', 'users')
        .whereRef('serving', '=', 'generation')
        .executeTakeFirstOrThrow();
      return numUpdatedRows > 0n;
    },
  };
}

async function applyIn(tx: Transaction<Schema>, { events, next, head }: Events, after: number) {
  // Whoever else applies events waits here, and then finds another position.
  const place = await tx
    .selectFrom('log_position')
    .selectAll()
    .where('name', '=', 'users')
    .forUpdate()
    .executeTakeFirstOrThrow();
  const { position, generation } = place;
  if (position < after || position >= next)
    return { applied: { repeated: events.length }, broken: [] };

  const { named, deleted, broken, skipped, repeated } = changesIn(events, position, next);
  if (deleted.size > 0) {
    const ids = [...deleted.keys()];
    await removeAuthors(tx, place, ids);
    await removeTraces(tx, ids);
    await watchDeparted(tx, deleted, Date.now());
  }
  if (named.length > 0) await writeAuthors(tx, generation, named);
  await keepBroken(tx, broken);
  await moveOn(tx, place, next, head);
  return { applied: { skipped, repeated, broken: broken.length }, broken };
}

async function removeAuthors(
  tx: Kysely<Schema>,
  { serving, generation }: Place,
  ids: readonly number[],
): Promise<void> {
  await tx
    .deleteFrom('authors')
    .where('generation', 'in', [serving, generation])
    .where('id', '=', sql<number>`any(${[...ids]}::bigint[])`)
    .execute();
}

async function writeAuthors(
  tx: Kysely<Schema>,
  generation: number,
  named: readonly Named[],
): Promise<void> {
  const ids = named.map(({ userId }) => userId);
  const usernames = named.map(({ username }) => username);
  const positions = named.map(({ position }) => position);
  await sql`
    insert into authors (generation, id, username, position)
    select ${generation}::integer, *
    from unnest(${ids}::bigint[], ${usernames}::text[], ${positions}::bigint[])
    on conflict (generation, id) do update
      set username = excluded.username, position = excluded.position
      where authors.position < excluded.position`.execute(tx);
}

/** The position, and what it means for a copy that is being rebuilt: whole at the head that is heard of first. */
async function moveOn(tx: Kysely<Schema>, place: Place, next: number, head: number): Promise<void> {
  const { generation, serving, goal } = place;
  const needed = goal ?? head;
  const whole = serving === generation || next >= needed;
  await tx
    .updateTable('log_position')
    .set({
      position: next,
      serving: whole ? generation : serving,
      goal: whole ? null : needed,
    })
    .where('name', '=', 'users')
    .execute();
}

/** What a log line may say of broken events: nothing that stands in them. */
const outline = (broken: readonly Broken[]) => ({
  broken: broken.length,
  reasons: [...new Set(broken.map(({ reason }) => reason))],
  positions: broken.slice(0, 10).map(({ position }) => position ?? null),
});
