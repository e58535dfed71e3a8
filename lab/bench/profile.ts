// Profiles the gateway with the uniform work and with feeds: V8's CPU profiles, by function and by package.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fleet, LONG_DEADLINE } from './fleet.ts';
import type { Plan } from './plan.ts';
import { stop } from '../process.ts';
import { table } from './report.ts';
import type { Work } from './fixtures.ts';

/** The fields of V8's .cpuprofile that are used here; times are in microseconds. */
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

/** The share, 0 to 1, of a function or package in the time in which the process was not idle. */
export interface Share {
  readonly name: string;
  readonly share: number;
}

const FUNCTIONS = 30;
const WORKS = ['uniform', 'feed warm', 'feed cold'] as const satisfies readonly Work[];

/** Shortens `…/node_modules/undici/lib/x.js` to `undici/lib/x.js`, and our own files to their path from the workspace on. */
function shortPath(url: string): string {
  const path = decodeURIComponent(url.split('/node_modules/').at(-1)!);
  return /\/((?:(?:gateway|chassis|contracts)\/src|lab)\/.*)$/.exec(path)?.[1] ?? path;
}

function packageOf(url: string, functionName: string): string {
  if (url === '') return functionName.startsWith('(') ? functionName : 'native code';
  const path = shortPath(url);
  if (path.startsWith('node:')) return 'node';
  return path.startsWith('@') ? path.split('/', 2).join('/') : path.split('/', 1)[0]!;
}

/** Returns the self time by function and by package, largest first, in the last `lastMs` of the profile. */
export function selfTimes({ nodes, samples, timeDeltas }: CpuProfile, lastMs: number) {
  const frames = new Map(nodes.map((node) => [node.id, node.callFrame]));
  const functions = new Map<string, number>();
  const packages = new Map<string, number>();
  let busy = 0;
  let remaining = lastMs * 1000;
  for (let i = samples.length - 1; i > 0 && remaining > 0; i -= 1) {
    // A sample stands for the time until the next one.
    const micros = timeDeltas[i + 1] ?? 0;
    remaining -= micros;
    const { functionName, url, lineNumber } = frames.get(samples[i]!)!;
    if (functionName === '(idle)') continue;
    busy += micros;
    const location = url === '' ? '' : ` ${shortPath(url)}:${lineNumber + 1}`;
    for (const [map, key] of [
      [functions, (functionName || '(anonymous)') + location],
      [packages, packageOf(url, functionName)],
    ] as const)
      map.set(key, (map.get(key) ?? 0) + micros);
  }
  const shares = (map: ReadonlyMap<string, number>): Share[] =>
    [...map]
      .map(([name, micros]) => ({ name, share: micros / busy }))
      .sort((a, b) => b.share - a.share);
  return { functions: shares(functions), packages: shares(packages) };
}

const sharesTable = (title: string, shares: readonly Share[]): string =>
  table([
    [title, 'self time'],
    ...shares.map(({ name, share }) => [name, `${(share * 100).toFixed(1)} %`]),
  ]);

/** Runs a gateway under load with V8's profiler. @returns the tables */
async function profileOf(fleet: Fleet, work: Work, plan: Plan): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  try {
    const server = await fleet.add('gateway/src/main.ts', {
      answers: 'complete',
      env: { ADMIN_PORT: '0', ...LONG_DEADLINE },
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

/** Profiles each work with its own gateway, so that each profile has only the time of that work. */
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
