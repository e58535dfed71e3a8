// Work on the whole log in small steps: none holds up the others for long, and a request for it is answered in time.
import { setImmediate as breathe } from 'node:timers/promises';
import type { Kysely, Transaction } from 'kysely';
import { sql } from 'kysely';
import type { Schema } from '../schema.ts';
import { locks } from '../locks.ts';

/** How long a request may work, in ms; it is answered with where to go on. */
export const REQUEST_MS = 3_000;

/** What one step did, and where the next one begins: null when that was the end. */
export interface Step<What extends string = string> {
  readonly did: Readonly<Record<What, number>>;
  readonly next: number | null;
}

/** Runs one step, in a transaction, when no other instance is at it. */
export const withEventLogLock = <T>(
  db: Kysely<Schema>,
  work: (tx: Transaction<Schema>) => Promise<T>,
): Promise<T> =>
  db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(${locks.wholeLog})`.execute(tx);
    return work(tx);
  });

/** Steps from `after` to the end, or until `ms` are over; what they did is summed up. */
export async function runSteps<What extends string>(
  step: (after: number) => Promise<Step<What>>,
  after = 0,
  ms = Infinity,
): Promise<Step<What>> {
  const end = performance.now() + ms;
  let sum = await step(after);
  while (sum.next !== null && performance.now() < end) {
    // The embedded database would let nobody else have a turn.
    await breathe();
    sum = sumOf(sum, await step(sum.next));
  }
  return sum;
}

/** Both together, to be gone on with where the second one ended. */
export function sumOf<What extends string>(a: Step<What>, b: Step<What>): Step<What> {
  const whats = Object.keys(b.did) as What[];
  const did = Object.fromEntries(whats.map((what) => [what, a.did[what] + b.did[what]]));
  return { did: did as Record<What, number>, next: b.next };
}
