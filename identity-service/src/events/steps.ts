// Runs backfill and compaction in small steps, so that no step blocks other work for long and each admin request gets its
// answer in time.
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { Kysely, Transaction } from 'kysely';
import { sql } from 'kysely';
import type { Schema } from '../schema.ts';
import { locks } from '../locks.ts';
import { withCurrentEpoch } from 'chassis/event-log/epochs';

/** How long one request may run steps, in ms; its answer says where the next request continues. */
export const REQUEST_MS = 3_000;

/** The result of one or several steps. */
export interface Step<Kind extends string = string> {
  /** Numbers of changes by kind. */
  readonly result: Readonly<Record<Kind, number>>;
  /** Where the next step starts; null at the end. */
  readonly next: number | null;
}

/** Runs one step in a transaction, on one instance at a time. */
export const withEventLogLock = <T>(
  db: Kysely<Schema>,
  work: (tx: Transaction<Schema>) => Promise<T>,
): Promise<T> =>
  withCurrentEpoch(db, () =>
    db.transaction().execute(async (tx) => {
      await sql`select pg_advisory_xact_lock(${locks.wholeLog})`.execute(tx);
      return work(tx);
    }),
  );

/** Runs steps from `after` to the end, or until `ms` milliseconds have passed. Returns the sum of their results. */
export async function runSteps<Kind extends string>(
  step: (after: number) => Promise<Step<Kind>>,
  after = 0,
  ms = Infinity,
): Promise<Step<Kind>> {
  const deadline = performance.now() + ms;
  let sum = await step(after);
  while (sum.next !== null && performance.now() < deadline) {
    // The embedded database runs in this process, so other work must get a chance between steps.
    await yieldToEventLoop();
    sum = sumOf(sum, await step(sum.next));
  }
  return sum;
}

/** Returns the sum of two results, with the `next` of the second. */
export function sumOf<Kind extends string>(a: Step<Kind>, b: Step<Kind>): Step<Kind> {
  const kinds = Object.keys(b.result) as Kind[];
  const result = Object.fromEntries(kinds.map((kind) => [kind, a.result[kind] + b.result[kind]]));
  return { result: result as Record<Kind, number>, next: b.next };
}
