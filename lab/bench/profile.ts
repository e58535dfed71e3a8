// Where the gateway's time goes under the uniform work and with feeds: CPU profiles of V8, by function and by package.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fleet, PATIENT } from './fleet.ts';
import type { Plan } from './plan.ts';
import { stop } from '../process.ts';
import { table } from './report.ts';
import type { Work } from './fixtures.ts';

/** The part of V8's .cpuprofile that is read here; times in microseconds. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: {
      readonly functionName: string;
      readonly url: string;
      readonly lineNumber: number;
    };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** A share, 0 to 1, of the time in which the process was not idle. */
export interface Share {
  readonly what: string;
  readonly share: number;
}

const FUNCTIONS = 30;
const WORKS = ['uniform', 'feed warm', 'feed cold'] as const satisfies readonly Work[];

/** `…/node_modules/undici/lib/x.js` → `undici/lib/x.js`; files of the house from their package on. */
function place(url: string): string {
  const path = decodeURIComponent(url.split('/node_modules/').at(-1)!);
  return /\/((?:gateway|chassis|contracts)\/(?:src|bench)\/.*)$/.exec(path)?.[1] ?? path;
}

function packageOf(url: string, functionName: string): string {
  if (url === '') return functionName.startsWith('(') ? functionName : 'native code';
  const path = place(url);
  if (path.startsWith('node:')) return 'node';
  return path.startsWith('@') ? path.split('/', 2).join('/') : path.split('/', 1)[0]!;
}

/** Self time by function and by package, the largest first, over the last `lastMs` of the profile. */
export function selfTimes({ nodes, samples, timeDeltas }: CpuProfile, lastMs: number) {
  const frames = new Map(nodes.map((node) => [node.id, node.callFrame]));
  const functions = new Map<string, number>();
  const packages = new Map<string, number>();
  let busy = 0;
  let left = lastMs * 1000;
  for (let i = samples.length - 1; i > 0 && left > 0; i -= 1) {
    // A sample stands for the time until the next one.
    const micros = timeDeltas[i + 1] ?? 0;
    left -= micros;
    const { functionName, url, lineNumber } = frames.get(samples[i]!)!;
    if (functionName === '(idle)') continue;
    busy += micros;
    const where = url === '' ? '' : ` ${place(url)}:${lineNumber + 1}`;
    for (const [map, key] of [
      [functions, (functionName || '(anonymous)') + where],
      [packages, packageOf(url, functionName)],
    ] as const)
      map.set(key, (map.get(key) ?? 0) + micros);
  }
  const shares = (map: ReadonlyMap<string, number>): Share[] =>
    [...map]
      .map(([what, micros]) => ({ what, share: micros / busy }))
      .sort((a, b) => b.share - a.share);
  return { functions: shares(functions), packages: shares(packages) };
}

const sharesTable = (title: string, shares: readonly Share[]): string =>
  table([
    [title, 'self time'],
    ...shares.map(({ what, share }) => [what, `${(share * 100).toFixed(1)} %`]),
  ]);

/** Runs a gateway under load with V8's profiler on. */
async function profileOf(fleet: Fleet, work: Work, plan: Plan): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  try {
    const server = await fleet.add('gateway/src/main.ts', {
      answers: 'whole',
      env: { ADMIN_PORT: '0', ...PATIENT },
      flags: ['--cpu-prof', `--cpu-prof-dir=${folder}`],
    });
    const { connections, firstWarmUpMs, profileMs } = plan;
    await fleet.load(server, { work, connections, durationMs: firstWarmUpMs, seed: 1 });
    await fleet.load(server, { work, connections, durationMs: profileMs, seed: 2 });
    await stop(server.child);
    const [file] = await readdir(folder);
    const recorded = JSON.parse(await readFile(join(folder, file!), 'utf8')) as CpuProfile;
    const { functions, packages } = selfTimes(recorded, profileMs);
    return [
      sharesTable(`${work}: package`, packages),
      sharesTable(`${work}: function`, functions.slice(0, FUNCTIONS)),
    ].join('\n\n');
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Each work has a gateway of its own, so that no profile holds the other's time. */
export async function profile(plan: Plan): Promise<string> {
  const fleet = await Fleet.start();
  try {
    const reports: string[] = [];
    for (const work of WORKS) reports.push(await profileOf(fleet, work, plan));
    return reports.join('\n\n');
  } finally {
    await fleet.stop();
  }
}
