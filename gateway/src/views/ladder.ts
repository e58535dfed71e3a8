// The ladder of authors: the rungs of each strategy, best first.
import type { User } from 'contracts/types';
import { withDeadline, type Call } from '../upstream/engine/call.ts';
import { fromReplica, dataSource, optional, type DataSource } from './data-source.ts';

export type Strategy = 'aggregate' | 'replica' | 'hybrid';

type AuthorCall = Call<number, User | undefined>;

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

/**
 * `aggregate` requests authors from Identity through the cache; `replica` requests them from Social's replica; `hybrid`
 * tries Identity first, and the replica when that fails.
 * @param limitMs the time limit for all rungs together
 */
export function authorLadder(
  strategy: Strategy,
  identity: AuthorCall,
  replica: AuthorCall,
  limitMs: number,
): DataSource<number, User> {
  const fromIdentity = { entity: 'author', upstream: 'identity' } as const;
  const fromSocial = { entity: 'author', upstream: 'social' } as const;
  const rungs = {
    aggregate: () => optional([dataSource(fromIdentity, identity)], fromIdentity),
    replica: () => optional([fromReplica(dataSource(fromSocial, replica))], fromSocial),
    hybrid: () =>
      optional(
        [dataSource(fromIdentity, reservingTime(identity)), dataSource(fromSocial, replica)],
        fromIdentity,
      ),
  };
  const ladder = rungs[strategy]();
  return (id, caller) => ladder(id, withDeadline(caller, limitMs));
}
