// What a batch of events does to the copy, in one transaction with the position that says so.
import type { Events } from 'chassis/events/source';
import type { Applied } from 'chassis/events/consumer';
import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import type { LogPositionTable, Schema } from '../schema.ts';
import { storeDeadLetters } from './dead-letters.ts';
import { type DeadLetter, changesIn, type Named } from './changes.ts';
import { deleteUserContent, rememberDeletedUsers } from './user-content.ts';

type Progress = Selectable<LogPositionTable>;

export interface ApplyResult {
  readonly applied: Applied;
  /** What was kept aside. */
  readonly deadLetters: readonly DeadLetter[];
}

/** @param after where the batch was read from; when the copy is elsewhere by now, nothing is done */
export async function applyEvents(
  tx: Transaction<Schema>,
  { events, nextOffset, endOffset }: Events,
  after: number,
): Promise<ApplyResult> {
  // Whoever else applies events waits here, and then finds another position.
  const place = await tx
    .selectFrom('log_position')
    .selectAll()
    .where('name', '=', 'users')
    .forUpdate()
    .executeTakeFirstOrThrow();
  const { position, generation } = place;
  // With nothing but events that have no position, the batch ends where it began.
  const unplaced = position === after && position === nextOffset;
  if (position < after || (position >= nextOffset && !unplaced))
    return { applied: { repeated: events.length }, deadLetters: [] };

  const { named, deleted, deadLetters, skipped, repeated } = changesIn(
    events,
    position,
    nextOffset,
  );
  if (deleted.size > 0) {
    const ids = [...deleted.keys()];
    await removeAuthors(tx, place, ids);
    await deleteUserContent(tx, ids);
    await rememberDeletedUsers(tx, deleted, Date.now());
  }
  if (named.length > 0) await writeAuthors(tx, generation, named);
  await storeDeadLetters(tx, deadLetters);
  await saveProgress(tx, place, nextOffset, endOffset);
  return { applied: { skipped, repeated, invalid: deadLetters.length }, deadLetters };
}

async function removeAuthors(
  tx: Kysely<Schema>,
  { serving, generation }: Progress,
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
  const positions = named.map(({ offset }) => offset);
  await sql`
    insert into authors (generation, id, username, position)
    select ${generation}::integer, *
    from unnest(${ids}::bigint[], ${usernames}::text[], ${positions}::bigint[])
    on conflict (generation, id) do update
      set username = excluded.username, position = excluded.position
      where authors.position < excluded.position`.execute(tx);
}

/** The position, and what it means for a copy that is being made: whole at the head that is heard of first. */
async function saveProgress(
  tx: Kysely<Schema>,
  place: Progress,
  next: number,
  head: number,
): Promise<void> {
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
