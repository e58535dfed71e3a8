// Replays dead letters: after an update of this service, it may be able to read them.
import { decodeUserEvent, type UserEvent } from 'contracts/events/decode';
import type { Kysely, Transaction } from 'kysely';
import type { Schema } from '../schema.ts';
import { deleteAuthors, upsertAuthors } from './apply.ts';
import { discardDeadLetter, readDeadLetters, type StoredDeadLetter } from './dead-letters.ts';
import { hideDeleted } from './deletion/departed.ts';
import { lockProgress, type ReplicaProgress } from './progress.ts';

/**
 * What became of a dead letter: it was applied; the user has been changed since, so it is not needed; its type is unknown to
 * this release; or it still breaks the contract and is kept.
 */
export const replayOutcomes = ['applied', 'superseded', 'skipped', 'invalid'] as const;
export type ReplayOutcome = (typeof replayOutcomes)[number];

/** A replayed dead letter. The field names are those of POST /authors/broken/replay. */
export interface Replayed {
  readonly id: number;
  readonly outcome: ReplayOutcome;
  /** The part of the event that breaks the contract. */
  readonly reason?: string;
}

/** Ids per query; Identity accepts at most 100. */
const BATCH = 100;

/** Returns the current names at Identity of at most 100 users, without users that do not exist. */
type NamesOf = (ids: readonly number[]) => Promise<Map<number, string>>;

/**
 * Replays one dead letter, or all, oldest first. An event is applied only if Identity agrees with it now: later events of the
 * user may be applied already, and the replica does not know which users were deleted.
 * @throws SourceError if Identity is unavailable; letters of earlier batches are replayed then
 */
export async function replayDeadLetters(
  db: Kysely<Schema>,
  namesOf: NamesOf,
  id?: number,
): Promise<Replayed[]> {
  const letters = (await readDeadLetters(db, id)).map((letter) => ({
    id: letter.id,
    event: decodeUserEvent(parse(letter)),
  }));
  const replayed: Replayed[] = [];
  for (let start = 0; start < letters.length; start += BATCH) {
    const batch = letters.slice(start, start + BATCH);
    const ids = batch.flatMap(({ event }) => ('userId' in event ? [event.userId] : []));
    const names = await namesOf([...new Set(ids)]);
    replayed.push(...(await db.transaction().execute((tx) => replayBatch(tx, batch, names))));
  }
  return replayed;
}

async function replayBatch(
  tx: Transaction<Schema>,
  batch: readonly { readonly id: number; readonly event: UserEvent }[],
  names: ReadonlyMap<number, string>,
): Promise<Replayed[]> {
  const progress = await lockProgress(tx);
  const replayed: Replayed[] = [];
  for (const { id, event } of batch) {
    if (event.kind === 'invalid') {
      replayed.push({ id, outcome: 'invalid', reason: event.reason });
      continue;
    }
    replayed.push({ id, outcome: await replay(tx, progress, event, names) });
    await discardDeadLetter(tx, id);
  }
  return replayed;
}

async function replay(
  tx: Transaction<Schema>,
  progress: ReplicaProgress,
  event: Exclude<UserEvent, { kind: 'invalid' }>,
  names: ReadonlyMap<number, string>,
): Promise<ReplayOutcome> {
  if (event.kind === 'unknown') return 'skipped';
  const { userId } = event;
  const username = event.kind === 'named' ? event.username : undefined;
  if (names.get(userId) !== username) return 'superseded';
  if (event.kind === 'named')
    for (const generation of new Set([progress.serving, progress.generation]))
      await upsertAuthors(tx, generation, [event]);
  else {
    await deleteAuthors(tx, progress, [userId]);
    await hideDeleted(tx, new Map([[userId, event.time]]), Date.now());
  }
  return 'applied';
}

/** Returns the event; undefined if it was truncated when it was stored. */
function parse({ event }: StoredDeadLetter): unknown {
  try {
    return JSON.parse(event);
  } catch {
    return undefined;
  }
}
