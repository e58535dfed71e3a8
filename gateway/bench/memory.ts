// Whether the gateway's memory stays flat: minutes of the uniform work, its resident memory sampled all along.
import { Fleet } from './fleet.ts';
import type { Plan } from './plan.ts';
import { residentBytes } from './processes.ts';
import { table } from './report.ts';
import { quarters } from './statistics.ts';

/** Memory counts as flat while the last quarter's median is at most this much above the first quarter's. */
const GROWTH_ALLOWED = 0.1;

/** @param samples resident memory in bytes, evenly spaced in time */
export function memoryVerdict(samples: readonly number[]) {
  const { first, last } = quarters(samples);
  return { first, last, flat: last <= first * (1 + GROWTH_ALLOWED) };
}

/** Each sample is taken after a stretch of load with connections of its own, so that those come and go as well. */
export async function memory(plan: Plan, progress: (line: string) => void): Promise<string> {
  const fleet = await Fleet.start();
  try {
    const server = await fleet.add('src/main.ts', { answers: 'whole', env: { ADMIN_PORT: '0' } });
    const { connections, memoryMs, memoryWarmUpMs, memorySampleMs } = plan;
    const work = 'uniform';
    await fleet.load(server, { work, connections, durationMs: memoryWarmUpMs, seed: 0 });
    const samples: number[] = [];
    let requests = 0;
    const wanted = Math.round(memoryMs / memorySampleMs);
    for (let seed = 1; seed <= wanted; seed += 1) {
      const result = await fleet.load(server, {
        work,
        connections,
        durationMs: memorySampleMs,
        seed,
      });
      requests += result.requests;
      samples.push(residentBytes(server.child));
      progress(`${seed} of ${wanted}: ${mebibytes(samples.at(-1)!)} MiB`);
    }
    const { first, last, flat } = memoryVerdict(samples);
    return table([
      ['', 'resident memory, MiB'],
      ['first quarter, median', mebibytes(first)],
      ['last quarter, median', mebibytes(last)],
      ['largest', mebibytes(Math.max(...samples))],
      ['requests', String(requests)],
      ['verdict', flat ? 'flat' : 'it grows'],
    ]);
  } finally {
    await fleet.stop();
  }
}

const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
