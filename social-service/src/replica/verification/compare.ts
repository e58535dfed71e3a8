// Comparing the copy with Identity, while both change: what is late is told apart from what is wrong.
import type { IdentityClient } from './identity-client.ts';
import type { ReplicaReader } from './reader.ts';

/** A user of whom the copy says something else than Identity. */
export interface Difference {
  readonly id: number;
  readonly is: 'missing' | 'extra' | 'wrong name';
  /** The name in the copy; null when it does not hold the user. */
  readonly copy: string | null;
  /** The name that Identity says; null when there is no such user. */
  readonly identity: string | null;
}

export interface Sides {
  readonly replica: ReplicaReader;
  /** Up to where in the log the copy is. */
  readonly offset: () => Promise<number>;
  readonly identity: IdentityClient;
  readonly pause: (ms: number) => Promise<void>;
}

/** Ids in lots that both sides can be asked for at once. */
export const LOT = 100;
const ROUNDS = 5;
const POLL_MS = 50;
const LATE_MS = 10_000;

export interface Lasting {
  readonly differences: readonly Difference[];
  /** The copy did not catch up: differences may be changes that have not come yet. */
  readonly late: boolean;
}

/** What is different at the moment, among these users. */
export async function differencesAmong(
  { replica, identity }: Pick<Sides, 'replica' | 'identity'>,
  ids: readonly number[],
): Promise<Difference[]> {
  const found: Difference[] = [];
  for (let at = 0; at < ids.length; at += LOT) {
    const lot = ids.slice(at, at + LOT);
    const [here, there] = await Promise.all([replica.namesOf(lot), identity.namesOf(lot)]);
    found.push(...lot.flatMap((id) => differenceOf(id, here.get(id), there.get(id)) ?? []));
  }
  return found;
}

function differenceOf(id: number, here?: string, there?: string): Difference | undefined {
  if (here === there) return undefined;
  const is = here === undefined ? 'missing' : there === undefined ? 'extra' : 'wrong name';
  return { id, is, copy: here ?? null, identity: there ?? null };
}

/**
 * What stays different among these users when the copy has caught up: a change that was on its way is no difference.
 * A copy that does not catch up within 10 s is compared as it is.
 */
export async function lastingDifferences(sides: Sides, ids: readonly number[]): Promise<Lasting> {
  let before = await differencesAmong(sides, ids);
  let late = false;
  for (let round = 1; before.length > 0; round += 1) {
    late = !(await caughtUp(sides));
    const now = await differencesAmong(
      sides,
      before.map(({ id }) => id),
    );
    const known = new Map(before.map((one) => [one.id, one]));
    // Different in another way than before: somebody changed it at this moment.
    const moving = now.some(({ id, copy, identity }) => {
      const then = known.get(id);
      return then?.copy !== copy || then.identity !== identity;
    });
    if (!moving || round === ROUNDS) return { differences: now, late };
    before = now;
  }
  return { differences: before, late };
}

/** Whether the copy is as far as Identity's log is now; it is waited for a while. */
async function caughtUp({ identity, offset, pause }: Sides): Promise<boolean> {
  const head = await identity.endOffset();
  for (let waited = 0; waited < LATE_MS; waited += POLL_MS) {
    if ((await offset()) >= head) return true;
    await pause(POLL_MS);
  }
  return false;
}
