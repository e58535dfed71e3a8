// What a batch of events does to the copy, in one transaction with the position that says so.
import type { Events } from 'chassis/events/source';
import type { Applied } from 'chassis/events/consumer';
import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import type { LogPositionTable, Schema } from '../schema.ts';
import { keepBroken } from './dead-letters.ts';
import { type Broken, changesIn, type Named } from './changes.ts';
import { removeTraces, watchDeparted } from './user-content.ts';

type Place = Selectable<LogPositionTable>;

export interface Effect {
  readonly applied: Applied;
  /** What was kept aside. */
  readonly broken: readonly Broken[];
}

/** @param after where the batch was read from; when the copy is elsewhere by now, nothing is done */
export async function takeEffect(
  tx: Transaction<Schema>,
  { events, next, head }: Events,
  after: number,
): Promise<Effect> {
  // Whoever else applies events waits here, and then finds another position.
  const place = await tx
    .selectFrom('log_position')
    .selectAll()
    .where('name', '=', 'users')
    .forUpdate()
    .executeTakeFirstOrThrow();
  const { position, generation } = place;
  // With nothing but events that have no position, the batch ends where it began.
  const unplaced = position === after && position === next;
  if (position < after || (position >= next && !unplaced))
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

/** The position, and what it means for a copy that is being made: whole at the head that is heard of first. */
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
