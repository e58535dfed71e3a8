// Chance that can be had again: the same seed gives the same numbers.
import { randomInt } from 'node:crypto';

/** The next number from 0 to 1, without 1. */
export type Random = () => number;

/** From TEST_SEED, to have a run's chance again, or any other. */
export const newSeed = (): number => Number(process.env['TEST_SEED'] ?? randomInt(2 ** 31));

/** mulberry32. `actor` sets those apart who share a seed, so that none takes another one's numbers. */
export function randomOf(seed: number, actor: number): Random {
  let state = (seed ^ Math.imul(actor + 1, 0x9e3779b9)) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number from `min` to `max`, both included. */
export const between = (random: Random, min: number, max: number): number =>
  min + Math.floor(random() * (max - min + 1));
