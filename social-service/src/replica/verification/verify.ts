// The whole copy against the whole of Identity, in lots: memory does not grow with the number of users.
import {
  type Difference,
  differencesAmong,
  lastingDifferences,
  LOT,
  type Sides,
} from './compare.ts';

export interface Verified {
  /** How many users of the copy were compared. */
  readonly compared: number;
  readonly differences: readonly Difference[];
  /** There were too many differences; these are some of them. */
  readonly more: boolean;
  /** The copy did not catch up with Identity's log: some of them may be changes that have not come yet. */
  readonly late: boolean;
}

const DIFFERENCES_MAX = 1_000;

/**
 * Finds whom Identity's log names and the copy lacks, who is in the copy and at Identity no more, or under another name,
 * and who has posts here and no name, though Identity knows one.
 * @param progress is told how many users of the copy were compared, now and then
 * @throws SourceError while Identity cannot be asked; the signal's reason when it aborts
 */
export async function verify(
  sides: Sides,
  signal: AbortSignal,
  progress: (compared: number) => void = () => undefined,
): Promise<Verified> {
  const { replica, identity } = sides;
  const suspects = new Set<number>();
  let compared = 0;
  const full = (): boolean => suspects.size > DIFFERENCES_MAX;

  const lookFor = async (ids: readonly number[]): Promise<void> => {
    signal.throwIfAborted();
    const held = await replica.namesOf(ids);
    const absent = ids.filter((id) => !held.has(id) && !suspects.has(id));
    for (const { id } of await differencesAmong(sides, absent)) suspects.add(id);
  };

  for await (const ids of identity.logged(signal)) {
    if (full()) break;
    await lookFor(ids);
  }
  for await (const ids of lots((after) => replica.after(after, LOT))) {
    if (full()) break;
    signal.throwIfAborted();
    for (const { id } of await differencesAmong(sides, ids)) suspects.add(id);
    compared += ids.length;
    progress(compared);
  }
  for await (const ids of lots((after) => replica.authorsAfter(after, LOT))) {
    if (full()) break;
    await lookFor(ids);
  }

  const some = [...suspects].slice(0, DIFFERENCES_MAX);
  const { differences, late } = await lastingDifferences(sides, some);
  return { compared, differences: differences.toSorted((a, b) => a.id - b.id), more: full(), late };
}

/** All ids, as `next` gives them: those that come after one. */
async function* lots(next: (after: number) => Promise<number[]>): AsyncGenerator<number[]> {
  for (let after = 0; ;) {
    const ids = await next(after);
    if (ids.length === 0) return;
    yield ids;
    after = ids.at(-1)!;
  }
}
