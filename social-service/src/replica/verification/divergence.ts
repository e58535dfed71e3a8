// Metrics of the divergence: compares a part of the users with Identity at intervals, from both sides. Users of the replica show
// wrong names and users that Identity does not have; users of Identity's log show users that the replica lacks.
import { SourceError } from 'chassis/events/source';
import type { Metrics } from 'chassis/observability/metrics';
import { type Difference, differencesAmong, lastingDifferences, type Sides } from './compare.ts';

/** Users of the replica in each comparison. */
const REPLICA_IDS = 100;
/** Pages of the log in each comparison, of at most 500 events. */
const LOG_PAGES = 4;
/** Differences that are compared again the next time, so that the gauge stays until they are gone. */
const REPEATED_MAX = 1_000;
/** Labels of the kinds of differences. */
const kinds: Readonly<Record<Difference['is'], string>> = {
  missing: 'missing',
  extra: 'extra',
  'wrong name': 'wrong_name',
};

/**
 * Creates the gauges.
 * @param stopping aborts when the service stops, and with it a running comparison
 * @returns a job that compares a part and updates the gauges. It goes through all of the replica and all of the log in turn
 */
export function divergence(
  sides: Sides,
  metrics: Metrics,
  stopping: AbortSignal,
): () => Promise<void> {
  const compared = metrics.gauge(
    'social_authors_compared',
    'Users of the replica and of the log in the last comparison with Identity; 0 if Identity was unavailable or the replica was behind',
    [],
  );
  const divergent = metrics.gauge(
    'social_authors_divergent',
    'Users whose name differs from Identity, or that only one side has, although the replica had caught up',
    [],
  );
  const differences = metrics.gauge(
    'social_authors_differences',
    'The divergent users by kind: missing in the replica, extra in the replica, or with another name',
    ['kind'],
  );
  const setDifferences = (found: readonly Difference[]): void => {
    divergent.set(found.length);
    for (const [is, kind] of Object.entries(kinds))
      differences.set({ kind }, found.filter((difference) => difference.is === is).length);
  };
  setDifferences([]);
  const nextOfReplica = replicaWindow(sides);
  const nextOfLog = logWindow(sides, stopping);
  let differing: readonly number[] = [];
  return async () => {
    try {
      if (!(await sides.replica.isServed())) return;
      const ids = await nextOfReplica();
      const logged = await nextOfLog();
      const suspects = [...new Set([...differing, ...ids, ...(await missingOf(sides, logged))])];
      const { differences: found, late } = await lastingDifferences(sides, suspects);
      compared.set(late ? 0 : new Set([...ids, ...logged]).size);
      setDifferences(late ? [] : found);
      differing = found.slice(0, REPEATED_MAX).map(({ id }) => id);
    } catch (error) {
      if (stopping.aborted) return;
      // Not logged: the gauge shows it, and a consumer of the HTTP feed has already logged that Identity is unavailable.
      if (!(error instanceof SourceError)) throw error;
      compared.set(0);
    }
  };
}

/** Returns a function for the next ids of the replica, in turn; it starts anywhere. */
function replicaWindow({ replica }: Sides): () => Promise<number[]> {
  let after: number | undefined;
  return async () => {
    const from = after ?? (await replica.randomId());
    const ids = await replica.after(from, REPLICA_IDS);
    if (ids.length === REPLICA_IDS || from === 0) {
      after = ids.length < REPLICA_IDS ? 0 : ids.at(-1);
      return ids;
    }
    const rest = await replica.after(0, REPLICA_IDS - ids.length);
    after = rest.at(-1) ?? 0;
    return [...new Set([...ids, ...rest])];
  };
}

/** Returns a function for the ids of the next users in the log, in turn; it starts anywhere. */
function logWindow({ identity }: Sides, stopping: AbortSignal): () => Promise<number[]> {
  let after: number | undefined;
  return async () => {
    after ??= Math.floor(Math.random() * (await identity.endOffset()));
    const found = new Set<number>();
    for (let page = 0; page < LOG_PAGES; page += 1) {
      const { ids, next } = await identity.usersLoggedAfter(after, stopping);
      for (const id of ids) found.add(id);
      after = next ?? 0;
    }
    return [...found];
  };
}

/** Returns those of the users that the replica lacks and Identity has. */
async function missingOf(sides: Sides, ids: readonly number[]): Promise<number[]> {
  const names = await sides.replica.namesOf(ids);
  const missing = ids.filter((id) => !names.has(id));
  return (await differencesAmong(sides, missing)).map(({ id }) => id);
}
