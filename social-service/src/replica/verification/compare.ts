// Compares the replica with Identity while both change. A change that the replica has not applied yet is no difference.
import type { IdentityClient } from './identity-client.ts';
import type { ReplicaReader } from './reader.ts';

/** A user whose name differs. The field names are those of POST /authors/verify. */
export interface Difference {
  readonly id: number;
  /** Missing in the replica, only in the replica (`extra`), or in both with different names. */
  readonly is: 'missing' | 'extra' | 'wrong name';
  /** The name in the replica; null if it does not have the user. */
  readonly copy: string | null;
  /** The name at Identity; null if there is no such user. */
  readonly identity: string | null;
}

/** The two sides of a comparison. */
export interface Sides {
  readonly replica: ReplicaReader;
  /** Returns the offset up to which the replica has applied the log. */
  readonly offset: () => Promise<number>;
  readonly identity: IdentityClient;
  readonly pause: (ms: number) => Promise<void>;
}

/** Ids per query; Identity accepts at most 100. */
export const BATCH = 100;
const ROUNDS = 5;
const POLL_MS = 50;
const CATCH_UP_MS = 10_000;

export interface ComparisonResult {
  readonly differences: readonly Difference[];
  /** The replica did not catch up: a difference may be a change that it has not applied yet. */
  readonly late: boolean;
}

/** Returns the current differences among these users. */
export async function differencesAmong(
  { replica, identity }: Pick<Sides, 'replica' | 'identity'>,
  ids: readonly number[],
): Promise<Difference[]> {
  const found: Difference[] = [];
  for (let start = 0; start < ids.length; start += BATCH) {
    const batch = ids.slice(start, start + BATCH);
    const [replicaNames, identityNames] = await Promise.all([
      replica.namesOf(batch),
      identity.namesOf(batch),
    ]);
    found.push(
      ...batch.flatMap((id) => differenceOf(id, replicaNames.get(id), identityNames.get(id)) ?? []),
    );
  }
  return found;
}

function differenceOf(
  id: number,
  replicaName: string | undefined,
  identityName: string | undefined,
): Difference | undefined {
  if (replicaName === identityName) return undefined;
  const is =
    replicaName === undefined ? 'missing' : identityName === undefined ? 'extra' : 'wrong name';
  return { id, is, copy: replicaName ?? null, identity: identityName ?? null };
}

/**
 * Returns the differences among these users that remain after the replica has caught up with the log. A replica that does not
 * catch up within 10 s is compared as it is.
 */
export async function lastingDifferences(
  sides: Sides,
  ids: readonly number[],
): Promise<ComparisonResult> {
  let previous = await differencesAmong(sides, ids);
  let late = false;
  for (let round = 1; previous.length > 0; round += 1) {
    late = !(await caughtUp(sides));
    const current = await differencesAmong(
      sides,
      previous.map(({ id }) => id),
    );
    const previousById = new Map(previous.map((difference) => [difference.id, difference]));
    // If a difference is not the same as before, the user was changed meanwhile, and is compared again.
    const isChanging = current.some(({ id, copy, identity }) => {
      const before = previousById.get(id);
      return before?.copy !== copy || before.identity !== identity;
    });
    if (!isChanging || round === ROUNDS) return { differences: current, late };
    previous = current;
  }
  return { differences: previous, late };
}

/** Waits at most 10 s until the replica has reached the present end of the log. Returns whether it has. */
async function caughtUp({ identity, offset, pause }: Sides): Promise<boolean> {
  const endOffset = await identity.endOffset();
  for (let waited = 0; waited < CATCH_UP_MS; waited += POLL_MS) {
    if ((await offset()) >= endOffset) return true;
    await pause(POLL_MS);
  }
  return false;
}
