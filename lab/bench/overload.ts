// What the gateway does with more work than it can carry: an open loop at multiples of its capacity.
import { Fleet, LONG_DEADLINE, type Server } from './fleet.ts';
import { confine, raisePriority } from '../confine.ts';
import { cpuMicros, peakMemory, resetPeakMemory } from '../process.ts';
import type { ClientKind, OpenLoadResult } from './open-load.ts';
import type { Plan } from './plan.ts';
import { table } from './report.ts';
import type { Work } from './fixtures.ts';

/** The share of a core that the server gets, so that the load generator is never the bottleneck. */
const SHARE = 0.25;
const CASES: readonly (readonly [Work, ClientKind])[] = [
  ['uniform', 'kept'],
  ['uniform', 'new'],
  ['feed cold', 'kept'],
  ['feed cold', 'new'],
];
const NAMES: Readonly<Record<ClientKind, string>> = {
  kept: '200 kept-alive connections',
  new: 'a connection for each request',
};
/** The generator is behind when it sends this late. */
const GENERATOR_LAG_MS = 50;

interface Step extends OpenLoadResult {
  readonly factor: number;
  readonly memory: number;
}

/** @param value null when nothing was measured */
const figure = (value: number | null, digits: number): string => value?.toFixed(digits) ?? '–';
const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;

function rowOf({ factor, ...step }: Step, capacity: number): string[] {
  const offered = (capacity * factor * step.elapsedMs) / 1000;
  const generatorIsLate = step.generatorLagMs > GENERATOR_LAG_MS ? ' (generator late)' : '';
  return [
    `${factor}×${generatorIsLate}`,
    percent(step.inTime / ((capacity * step.elapsedMs) / 1000)),
    ...[step.refused, step.dropped, step.unsent, step.givenUp, step.late + step.errors].map(
      (count) => percent(count / offered),
    ),
    figure(step.p50Ms, 0),
    figure(step.p99Ms, 0),
    String(step.memory),
    figure(step.wellAfterMs && step.wellAfterMs / 1000, 1),
  ];
}

const HEAD = [
  'load',
  'in time',
  '503',
  'dropped',
  'no connection',
  'given up',
  'late',
  'p50 ms',
  'p99 ms',
  'MB',
  'well after s',
];

/** @returns a table for each kind of work and of clients; `in time` is a share of capacity, other shares are of the load */
export async function overload(plan: Plan, progress: (line: string) => void): Promise<string> {
  const fleet = await Fleet.start();
  const release: (() => void)[] = [];
  const tables: string[] = [];
  try {
    const server = await fleet.add('gateway/src/main.ts', {
      answers: 'complete',
      env: { ADMIN_PORT: '0', ...LONG_DEADLINE },
    });
    for (const work of ['uniform', 'feed cold'] as const) {
      const load = { work, clients: 'kept', durationMs: plan.firstWarmUpMs, seed: 1 } as const;
      await fleet.openLoad(server, load);
    }
    raisePriority(server.child);
    const undo = confine(server.child, SHARE);
    if (undo === undefined) progress('the server is not confined: no control group can be made');
    else release.push(undo);
    for (const [work, clients] of CASES)
      tables.push(await measure(fleet, server, work, clients, plan, progress));
    const confined =
      undo === undefined ? 'not confined' : `confined to ${percent(SHARE)} of a core`;
    return [`The gateway was ${confined}.`, ...tables].join('\n\n');
  } finally {
    await fleet.stop();
    for (const undo of release) undo();
  }
}

async function measure(
  fleet: Fleet,
  server: Server,
  work: Work,
  clients: ClientKind,
  { stepMs, capacityMs, factors }: Plan,
  progress: (line: string) => void,
): Promise<string> {
  const options = { work, clients, seed: 1 };
  await fleet.openLoad(server, { ...options, durationMs: capacityMs / 2 });
  const cpu = cpuMicros(server.child);
  const closed = await fleet.openLoad(server, { ...options, seed: 2, durationMs: capacityMs });
  const answers = closed.inTime + closed.late;
  const capacity = (answers * 1000) / closed.elapsedMs;
  const micros = ((cpuMicros(server.child) - cpu) / answers).toFixed(0);
  const caption = `${work}, ${NAMES[clients]}: capacity ${capacity.toFixed(0)} a second, ${micros} µs each`;
  progress(caption);
  const rows: string[][] = [];
  for (const [index, factor] of factors.entries()) {
    resetPeakMemory(server.child);
    const load = { ...options, seed: 3 + index, perSecond: capacity * factor, durationMs: stepMs };
    const result = await fleet.openLoad(server, load);
    rows.push(rowOf({ ...result, factor, memory: peakMemory(server.child) }, capacity));
    progress(rows.at(-1)!.join(' | '));
  }
  return `${caption}\n\n${table([HEAD, ...rows])}`;
}
