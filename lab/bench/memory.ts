// Whether the gateway's memory stays flat: minutes of the uniform work, what it holds sampled all along.
import { join } from 'node:path';
import type { Held } from './collect-garbage.ts';
import { Fleet } from './fleet.ts';
import type { Plan } from './plan.ts';
import { ask } from '../process.ts';
import { table } from './report.ts';
import { quarters } from '../statistics.ts';

/** Memory counts as flat while the last quarter's median is at most this much above the first quarter's. */
const GROWTH_ALLOWED = 0.1;

/** @param samples live heap in bytes, evenly spaced in time */
export function memoryVerdict(samples: readonly number[]) {
  const { first, last } = quarters(samples);
  return { first, last, flat: last <= first * (1 + GROWTH_ALLOWED) };
}

/** Each sample is taken after a stretch of load with connections of its own, so that those come and go as well. */
export async function memory(plan: Plan, progress: (line: string) => void): Promise<string> {
  const fleet = await Fleet.start();
  try {
    const server = await fleet.add('gateway/src/main.ts', {
      answers: 'whole',
      env: { ADMIN_PORT: '0' },
      flags: ['--expose-gc', '--import', join(import.meta.dirname, 'collect-garbage.ts')],
    });
    const { connections, memoryMs, memoryWarmUpMs, memorySampleMs: durationMs } = plan;
    const work = 'uniform';
    await fleet.load(server, { work, connections, durationMs: memoryWarmUpMs, seed: 0 });
    const samples: Held[] = [];
    let requests = 0;
    const wanted = Math.round(memoryMs / durationMs);
    for (let seed = 1; seed <= wanted; seed += 1) {
      requests += (await fleet.load(server, { work, connections, durationMs, seed })).requests;
      const held = await ask<Held>(server.child, {});
      samples.push(held);
      progress(`${seed} of ${wanted}: ${mebibytes(held.heapUsed)} and ${mebibytes(held.rss)} MiB`);
    }
    return memoryReport(samples, requests);
  } finally {
    await fleet.stop();
  }
}

function memoryReport(samples: readonly Held[], requests: number): string {
  const live = samples.map(({ heapUsed }) => heapUsed);
  const resident = samples.map(({ rss }) => rss);
  const [liveQuarters, residentQuarters] = [quarters(live), quarters(resident)];
  return table([
    ['', 'live heap, MiB', 'resident, MiB'],
    ['first quarter, median', mebibytes(liveQuarters.first), mebibytes(residentQuarters.first)],
    ['last quarter, median', mebibytes(liveQuarters.last), mebibytes(residentQuarters.last)],
    ['largest', mebibytes(Math.max(...live)), mebibytes(Math.max(...resident))],
    [`verdict after ${requests} requests`, memoryVerdict(live).flat ? 'flat' : 'it grows', ''],
  ]);
}

const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
