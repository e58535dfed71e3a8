// Where an author comes from: the rungs of each strategy, from the best to the last.
import type { User } from 'contracts/types';
import { withDeadline, type Call } from '../upstream/engine/call.ts';
import { fromReplica, dataSource, optional, type DataSource } from './data-source.ts';

export type Strategy = 'aggregate' | 'replica' | 'hybrid';

type AuthorCall = Call<number, User | undefined>;

// What is left for the copy when Identity is slow, in milliseconds, and at most as a share of all the time there is.
const RESERVE_MS = 50;
const RESERVE_SHARE = 1 / 6;

/** With the caller's patience but for what the rung below needs. */
const reservingTime =
  (call: AuthorCall): AuthorCall =>
  (id, caller) => {
    const left = caller.deadlineAt - performance.now();
    return call(id, withDeadline(caller, left - Math.min(RESERVE_MS, left * RESERVE_SHARE)));
  };

/**
 * `aggregate` asks Identity, with what the gateway remembers above and below it; `replica` asks Social for its copy;
 * `hybrid` asks Identity first, and the copy when that fails. @param limitMs for all rungs together
 */
export function authorLadder(
  strategy: Strategy,
  identity: AuthorCall,
  copy: AuthorCall,
  limitMs: number,
): DataSource<number, User> {
  const naming = { entity: 'author', upstream: 'identity' } as const;
  const copyNaming = { entity: 'author', upstream: 'social' } as const;
  const rungs = {
    aggregate: () => optional([dataSource(naming, identity)], naming),
    replica: () => optional([fromReplica(dataSource(copyNaming, copy))], copyNaming),
    hybrid: () =>
      optional([dataSource(naming, reservingTime(identity)), dataSource(copyNaming, copy)], naming),
  };
  const ladder = rungs[strategy]();
  return (id, caller) => ladder(id, withDeadline(caller, limitMs));
}
