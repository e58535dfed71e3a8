// The ladder of authors: the rungs of each strategy, best first.
import type { User } from 'contracts/types';
import { withDeadline, type Call, type Caller } from '../upstream/engine/call.ts';
import type { ReplicaEntry } from '../upstream/social/authors.ts';
import { attempt, fromReplica, dataSource, optional, type DataSource } from './data-source.ts';

export type Strategy = 'aggregate' | 'replica' | 'hybrid';

type AuthorCall = Call<number, User | undefined>;
type ReplicaCall = Call<number, ReplicaEntry | undefined>;

// Time that is reserved for the replica while Identity is slow: in milliseconds, and at most a share of the remaining time.
const RESERVE_MS = 50;
const RESERVE_SHARE = 1 / 6;

/** Ends the call earlier than the caller's deadline, so that the next rung has the reserved time. */
const reservingTime =
  (call: AuthorCall): AuthorCall =>
  (id, caller) => {
    const remainingMs = caller.deadlineAt - performance.now();
    return call(
      id,
      withDeadline(caller, remainingMs - Math.min(RESERVE_MS, remainingMs * RESERVE_SHARE)),
    );
  };

const userOf =
  (replica: ReplicaCall): AuthorCall =>
  async (id, caller) => {
    const { value, via } = await replica(id, caller);
    return { value: value?.user, via };
  };

// Events take some time from Identity to Social, clocks differ, and a shared request may have begun earlier.
const NEWER_BY_MS = 1_000;

/**
 * Replaces a stale user from the cache by what the replica has, if the replica has all changes up to the time when the cache
 * stored the user, and some time more. If it does not have the user, the user has been deleted since.
 */
const preferNewer =
  (ladder: DataSource<number, User>, replica: DataSource<number, ReplicaEntry>) =>
  async (id: number, caller: Caller): ReturnType<DataSource<number, User>> => {
    const stale = await ladder(id, caller);
    if (stale.via.kind !== 'stale') return stale;
    const { ageMs, failure } = stale.via;
    const { fetched } = await attempt(replica, id, caller);
    const { user, lagMs = Infinity } = fetched?.value ?? {};
    if (fetched === undefined || ageMs < lagMs + NEWER_BY_MS) return stale;
    const above = { upstream: stale.upstream, failure, tookMs: stale.tookMs };
    return { ...fetched, value: user, via: { kind: 'replica', failure }, tried: [above] };
  };

/**
 * `aggregate` requests authors from Identity through the cache; `replica` requests them from Social's replica; `hybrid`
 * tries Identity first, and the replica when that fails. A stale name from the cache is used unless the replica is newer.
 * @param limitMs the time limit for all rungs together
 */
export function authorLadder(
  strategy: Strategy,
  identity: AuthorCall,
  replicaCall: ReplicaCall,
  limitMs: number,
): DataSource<number, User> {
  const fromIdentity = { entity: 'author', upstream: 'identity' } as const;
  const fromSocial = { entity: 'author', upstream: 'social' } as const;
  const replica = userOf(replicaCall);
  const rungs = {
    aggregate: () => optional([dataSource(fromIdentity, identity)], fromIdentity),
    replica: () => optional([fromReplica(dataSource(fromSocial, replica))], fromSocial),
    hybrid: () =>
      preferNewer(
        optional(
          [dataSource(fromIdentity, reservingTime(identity)), dataSource(fromSocial, replica)],
          fromIdentity,
        ),
        dataSource(fromSocial, replicaCall),
      ),
  };
  const ladder = rungs[strategy]();
  return (id, caller) => ladder(id, withDeadline(caller, limitMs));
}
