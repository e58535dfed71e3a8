// Compares the complete replica with Identity, in batches, so that memory does not grow with the number of users.
import {
  type Difference,
  differencesAmong,
  lastingDifferences,
  BATCH,
  type Sides,
} from './compare.ts';

/** The result of a verification. The field names are those of POST /authors/verify. */
export interface Verified {
  /** The number of users of the replica that were compared. */
  readonly compared: number;
  readonly differences: readonly Difference[];
  /** There are more than 1,000 differences; `differences` has some of them. */
  readonly more: boolean;
  /** The replica did not catch up with the log: a difference may be a change that it has not applied yet. */
  readonly late: boolean;
}

const DIFFERENCES_MAX = 1_000;

/**
 * Finds three kinds of differences: users in the log that the replica lacks, users of the replica that Identity does not have
 * or has under another name, and authors of posts that the replica lacks although Identity has them.
 * @param progress receives the number of users of the replica compared so far, after each batch
 * @throws SourceError if Identity is unavailable; the signal's reason when it aborts
 */
export async function verify(
  sides: Sides,
  signal: AbortSignal,
  progress: (compared: number) => void = () => undefined,
): Promise<Verified> {
  const { replica, identity } = sides;
  const suspects = new Set<number>();
  let compared = 0;
  const isFull = (): boolean => suspects.size > DIFFERENCES_MAX;

  const findMissing = async (ids: readonly number[]): Promise<void> => {
    signal.throwIfAborted();
    const names = await replica.namesOf(ids);
    const missing = ids.filter((id) => !names.has(id) && !suspects.has(id));
    for (const { id } of await differencesAmong(sides, missing)) suspects.add(id);
  };

  for await (const ids of identity.loggedUsers(signal)) {
    if (isFull()) break;
    await findMissing(ids);
  }
  for await (const ids of batches((after) => replica.after(after, BATCH))) {
    if (isFull()) break;
    signal.throwIfAborted();
    for (const { id } of await differencesAmong(sides, ids)) suspects.add(id);
    compared += ids.length;
    progress(compared);
  }
  for await (const ids of batches((after) => replica.authorsAfter(after, BATCH))) {
    if (isFull()) break;
    await findMissing(ids);
  }

  const checked = [...suspects].slice(0, DIFFERENCES_MAX);
  const { differences, late } = await lastingDifferences(sides, checked);
  return {
    compared,
    differences: differences.toSorted((a, b) => a.id - b.id),
    more: isFull(),
    late,
  };
}

/** Yields all ids in batches. `next` returns the ids after an id. */
async function* batches(next: (after: number) => Promise<number[]>): AsyncGenerator<number[]> {
  for (let after = 0; ;) {
    const ids = await next(after);
    if (ids.length === 0) return;
    yield ids;
    after = ids.at(-1)!;
  }
}
