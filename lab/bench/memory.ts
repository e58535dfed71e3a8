// Checks whether the gateway's memory stays flat: samples its memory during minutes of the uniform work.
import { join } from 'node:path';
import type { MemoryUse } from './collect-garbage.ts';
import { Fleet } from './fleet.ts';
import type { Plan } from './plan.ts';
import { request } from '../process.ts';
import { table } from './report.ts';
import { quarters } from '../statistics.ts';

/** Memory is flat when the last quarter's median is at most this share above the first quarter's. */
const GROWTH_ALLOWED = 0.1;

/** Decides whether memory is flat. @param samples live heap in bytes, at regular intervals */
export function memoryVerdict(samples: readonly number[]) {
  const { first, last } = quarters(samples);
  return { first, last, flat: last <= first * (1 + GROWTH_ALLOWED) };
}

/** Measures the memory. Each sample follows a period of load with new connections, so that connections come and go. */
export async function memory(plan: Plan, progress: (line: string) => void): Promise<string> {
  const fleet = await Fleet.start();
  try {
    const server = await fleet.add('gateway/src/main.ts', {
      answers: 'complete',
      env: { ADMIN_PORT: '0' },
      flags: ['--expose-gc', '--import', join(import.meta.dirname, 'collect-garbage.ts')],
    });
    const { connections, memoryMs, memoryWarmUpMs, memorySampleMs: durationMs } = plan;
    const work = 'uniform';
    await fleet.load(server, { work, connections, durationMs: memoryWarmUpMs, seed: 0 });
    const samples: MemoryUse[] = [];
    let requests = 0;
    const sampleCount = Math.round(memoryMs / durationMs);
    for (let seed = 1; seed <= sampleCount; seed += 1) {
      requests += (await fleet.load(server, { work, connections, durationMs, seed })).requests;
      const use = await request<MemoryUse>(server.child, {});
      samples.push(use);
      progress(
        `${seed} of ${sampleCount}: ${mebibytes(use.heapUsed)} and ${mebibytes(use.rss)} MiB`,
      );
    }
    return memoryReport(samples, requests);
  } finally {
    await fleet.stop();
  }
}

function memoryReport(samples: readonly MemoryUse[], requests: number): string {
  const live = samples.map(({ heapUsed }) => heapUsed);
  const resident = samples.map(({ rss }) => rss);
  const [liveQuarters, residentQuarters] = [quarters(live), quarters(resident)];
  return table([
    ['', 'live heap, MiB', 'resident, MiB'],
    ['first quarter, median', mebibytes(liveQuarters.first), mebibytes(residentQuarters.first)],
    ['last quarter, median', mebibytes(liveQuarters.last), mebibytes(residentQuarters.last)],
    ['largest', mebibytes(Math.max(...live)), mebibytes(Math.max(...resident))],
    [`verdict after ${requests} requests`, memoryVerdict(live).flat ? 'flat' : 'growing', ''],
  ]);
}

const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
