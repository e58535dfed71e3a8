// Work on the whole log in small steps: none holds up the others for long, and a request for it is answered in time.
import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { Kysely, Transaction } from 'kysely';
import { sql } from 'kysely';
import type { Schema } from '../schema.ts';
import { locks } from '../locks.ts';

/** How long a request may work, in ms; it is answered with where to go on. */
export const REQUEST_MS = 3_000;

/** Kind one step did, and where the next one begins: null when that was the end. */
export interface Step<Kind extends string = string> {
  readonly result: Readonly<Record<Kind, number>>;
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
export async function runSteps<Kind extends string>(
  step: (after: number) => Promise<Step<Kind>>,
  after = 0,
  ms = Infinity,
): Promise<Step<Kind>> {
  const end = performance.now() + ms;
  let sum = await step(after);
  while (sum.next !== null && performance.now() < end) {
    // The embedded database would let nobody else have a turn.
    await yieldToOthers();
    sum = sumOf(sum, await step(sum.next));
  }
  return sum;
}

/** Both together, to be gone on with where the second one ended. */
export function sumOf<Kind extends string>(a: Step<Kind>, b: Step<Kind>): Step<Kind> {
  const kinds = Object.keys(b.result) as Kind[];
  const result = Object.fromEntries(kinds.map((kind) => [kind, a.result[kind] + b.result[kind]]));
  return { result: result as Record<Kind, number>, next: b.next };
}
