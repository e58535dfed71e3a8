// The gateway as a process of its own, so that a test can observe its memory and file descriptors.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { metricOf } from 'chassis/testing/metrics';
import { startService } from 'chassis/testing/process';

export interface GatewayProcess {
  readonly url: string;
  readonly adminUrl: string;
  /** Collects garbage. @returns the bytes of JavaScript heap that are still in use */
  readonly heapAfterGc: () => Promise<number>;
  /** Counts the open file descriptors, most of them sockets. Linux only. */
  readonly descriptors: () => number;
  /** Returns the exit code; null while the process runs. */
  readonly exitCode: () => number | null;
  /** Sends SIGTERM. @returns the exit code */
  readonly stop: () => Promise<number | string>;
}

const MAIN = join(import.meta.dirname, '../../src/main.ts');
const COLLECT = join(import.meta.dirname, 'collect-garbage.ts');
const GC_RUNS = 'nodejs_gc_duration_seconds_count{kind="major"}';

/** Starts the gateway on free ports; resolves when it listens. */
export async function startGateway(env: Readonly<Record<string, string>>): Promise<GatewayProcess> {
  const service = await startService(MAIN, env, ['--expose-gc', '--import', COLLECT]);
  const { child, url, adminUrl } = service;
  const gcRuns = async () => (await metricOf(service, GC_RUNS)) || 0;
  return {
    url,
    adminUrl,
    async heapAfterGc() {
      const before = await gcRuns();
      child.process.kill('SIGUSR2');
      while ((await gcRuns()) === before);
      return metricOf(service, 'nodejs_heap_size_used_bytes');
    },
    descriptors: () => readdirSync(`/proc/${child.process.pid}/fd`).length,
    exitCode: () => child.process.exitCode,
    stop: async () => (await child.stop()).code,
  };
}
