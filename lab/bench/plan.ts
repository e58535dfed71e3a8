// The options of the command line, and how long each part of the benchmark takes.
import { parseArgs } from 'node:util';

export interface Plan {
  readonly part: 'compare' | 'profile' | 'memory' | 'tracing' | 'overload';
  /** Write the figures to docs/benchmarks.md. */
  readonly write: boolean;
  /** Requests in flight at any moment. */
  readonly connections: number;
  readonly rounds: number;
  /** For each server and work, once before the first round. */
  readonly firstWarmUpMs: number;
  /** Before each measurement. */
  readonly warmUpMs: number;
  readonly measureMs: number;
  readonly profileMs: number;
  readonly memoryMs: number;
  readonly memoryWarmUpMs: number;
  readonly memorySampleMs: number;
  /** For each multiple of the capacity. */
  readonly stepMs: number;
  /** The multiples of the capacity. */
  readonly factors: readonly number[];
  /** How long the capacity is measured. */
  readonly capacityMs: number;
}

// Rounds are short, so that figures that are compared were measured within seconds of each other.
const full = {
  rounds: 9,
  firstWarmUpMs: 2_500,
  warmUpMs: 600,
  measureMs: 1_200,
  profileMs: 8_000,
  memoryMs: 180_000,
  memoryWarmUpMs: 30_000,
  memorySampleMs: 5_000,
  stepMs: 5_000,
  factors: [0.7, 1, 1.5, 2, 3, 5, 10],
  capacityMs: 4_000,
};

/** Shows that the benchmark itself works; its figures mean little. */
const quick = {
  rounds: 2,
  firstWarmUpMs: 400,
  warmUpMs: 200,
  measureMs: 800,
  profileMs: 1_500,
  memoryMs: 6_000,
  memoryWarmUpMs: 1_000,
  memorySampleMs: 750,
  stepMs: 600,
  factors: [0.7, 2],
  capacityMs: 600,
};

/** Parses the arguments. @throws TypeError for unknown or contradictory arguments */
export function planFrom(args: readonly string[]): Plan {
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: flag,
      write: flag,
      profile: flag,
      memory: flag,
      tracing: flag,
      overload: flag,
      connections: { type: 'string', default: '64' },
    },
  });
  const connections = Number(values.connections);
  if (!Number.isInteger(connections) || connections < 1 || connections > 500)
    throw new TypeError('--connections: expected a whole number from 1 to 500');
  const parts = (['profile', 'memory', 'tracing', 'overload'] as const).filter(
    (part) => values[part],
  );
  if (parts.length > 1)
    throw new TypeError('--profile, --memory, --tracing and --overload: expected one at a time');
  if (values.write && (values.quick || values.profile || values.tracing || connections !== 64))
    throw new TypeError('--write: expected alone, or with --memory or --overload');
  return {
    part: parts[0] ?? 'compare',
    write: values.write,
    connections,
    ...(values.quick ? quick : full),
  };
}
