// Where an author comes from: the rungs of each strategy, from the best to the last.
import type { User } from 'contracts/types';
import { within, type Call } from '../upstream/call.ts';
import { copied, lookUp, optional, type Part } from './part.ts';

export const strategies = ['aggregate', 'replica', 'hybrid'] as const;
export type Strategy = (typeof strategies)[number];

type Ask = Call<number, User | undefined>;

// What is left for the copy when Identity is slow, in milliseconds, and as a share of the whole.
const RESERVE_MS = 50;
const RESERVE_SHARE = 1 / 6;

/** With at most `ms` from when it is asked. */
const patience =
  (call: Ask, ms: number): Ask =>
  (id, caller) =>
    call(id, within(caller, ms));

/**
 * `aggregate` asks Identity, with what the gateway remembers above and below it; `replica` asks Social for its copy;
 * `hybrid` asks Identity first, and the copy when that fails. @param limitMs for all rungs together
 */
export function authorLadder(
  strategy: Strategy,
  identity: Ask,
  copy: Ask,
  limitMs: number,
): Part<number, User> {
  const naming = { thing: 'author', upstream: 'identity' } as const;
  const copyNaming = { thing: 'author', upstream: 'social' } as const;
  const asked = (ms: number) => lookUp(naming, patience(identity, ms));
  if (strategy === 'aggregate') return optional([asked(limitMs)], naming);
  if (strategy === 'replica')
    return optional([copied(lookUp(copyNaming, patience(copy, limitMs)))], copyNaming);
  const reserve = Math.min(RESERVE_MS, limitMs * RESERVE_SHARE);
  const rungs = optional([asked(limitMs - reserve), lookUp(copyNaming, copy)], naming);
  return (id, caller) => rungs(id, within(caller, limitMs));
}
