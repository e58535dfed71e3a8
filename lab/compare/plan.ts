// What is compared, and how long each part takes.
import { parseArgs } from 'node:util';

export const STRATEGIES = ['aggregate', 'replica', 'hybrid'] as const;
export type Strategy = (typeof STRATEGIES)[number];

/** Posts in one request. */
export const SIZES = [1, 20, 100] as const;
export type Size = (typeof SIZES)[number];

/** In the order in which the page tells them. */
export const SCENARIOS = {
  well: 'All well',
  cold: 'All well, nothing remembered',
  slow: 'Identity slow by 200 ms, nothing remembered',
  seen: 'Identity down, authors seen before',
  unseen: 'Identity down, authors never seen',
  rename: 'A rename',
  stopped: 'Social’s consumer stopped, and a rename',
} as const;
export type Scenario = keyof typeof SCENARIOS;

export interface Plan {
  /** Put the figures and plots into docs. */
  readonly write: boolean;
  readonly users: number;
  readonly postsEach: number;
  /** Each cell is measured so often, in turns with the others. */
  readonly rounds: number;
  /** For each cell in each round, while Identity is there. */
  readonly sliceMs: number;
  /** How long Identity is down, in which all cells have their turns. */
  readonly downMs: number;
  /** Renames for each size. */
  readonly renames: number;
  /** For how long after a rename answers are counted. */
  readonly renameMs: number;
  readonly stoppedMs: number;
}

const full = {
  users: 240,
  postsEach: 5,
  rounds: 5,
  sliceMs: 450,
  downMs: 30_000,
  renames: 3,
  renameMs: 2_000,
  stoppedMs: 10_000,
};

/** To see that the comparison itself works; its figures mean little. */
const quick = {
  users: 50,
  postsEach: 5,
  rounds: 1,
  sliceMs: 250,
  downMs: 5_000,
  renames: 1,
  renameMs: 1_200,
  stoppedMs: 3_000,
};

/** @throws TypeError for what the comparison does not know. */
export function planFrom(args: readonly string[]): Plan {
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({ args: [...args], options: { quick: flag, write: flag } });
  if (values.write && values.quick) throw new TypeError('--write goes with a whole run');
  return { write: values.write, ...(values.quick ? quick : full) };
}
