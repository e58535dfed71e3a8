// The strategies and scenarios that are compared, and how long each part takes.
import { parseArgs } from 'node:util';

export const STRATEGIES = ['aggregate', 'replica', 'hybrid'] as const;
export type Strategy = (typeof STRATEGIES)[number];

/** Posts in one request. */
export const SIZES = [1, 20, 100] as const;
export type Size = (typeof SIZES)[number];

/** The scenarios with their titles, in the order of the page. */
export const SCENARIOS = {
  well: 'All well',
  cold: 'All well, nothing cached',
  slow: 'Identity slow by 200 ms, nothing cached',
  seen: 'Identity down, authors seen before',
  unseen: 'Identity down, authors never seen',
  rename: 'A rename',
  stopped: 'Social’s consumer stopped, and a rename',
} as const;
export type Scenario = keyof typeof SCENARIOS;

export interface Plan {
  /** Write the figures and plots to docs. */
  readonly write: boolean;
  readonly users: number;
  readonly postsEach: number;
  /** How many times each cell is measured, in turns with the others. */
  readonly rounds: number;
  /** The time for each cell in each round, while Identity is up. */
  readonly sliceMs: number;
  /** How long Identity is down; all cells have their turns in this time. */
  readonly downMs: number;
  /** The number of renames for each size. */
  readonly renames: number;
  /** How long after a rename answers are counted. */
  readonly renameMs: number;
  /** How long Social's consumer is stopped. */
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

/** Shows that the comparison itself works; its figures mean little. */
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

/** Parses the arguments. @throws TypeError for unknown or contradictory arguments */
export function planFrom(args: readonly string[]): Plan {
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({ args: [...args], options: { quick: flag, write: flag } });
  if (values.write && values.quick) throw new TypeError('--write: expected without --quick');
  return { write: values.write, ...(values.quick ? quick : full) };
}
