// Pseudo-random numbers: the same seed gives the same sequence.
import { randomInt } from 'node:crypto';

/** Returns the next number, from 0 up to but not including 1. */
export type Random = () => number;

/** Returns TEST_SEED, which repeats a run, or a random seed. */
export const newSeed = (): number => Number(process.env['TEST_SEED'] ?? randomInt(2 ** 31));

/** Makes a generator (mulberry32). Actors with the same seed have different sequences. */
export function randomOf(seed: number, actor: number): Random {
  let state = (seed ^ Math.imul(actor + 1, 0x9e3779b9)) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Returns an integer from `min` to `max`, both included. */
export const between = (random: Random, min: number, max: number): number =>
  min + Math.floor(random() * (max - min + 1));
