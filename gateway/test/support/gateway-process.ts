// The gateway as a process of its own, whose memory and descriptors can be looked at from outside.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { request } from 'chassis/testing/http-client';
import { seriesIn } from 'chassis/testing/metrics';

export interface Child {
  readonly url: string;
  readonly adminUrl: string;
  /** Bytes of JavaScript heap that are in use after a garbage collection. */
  readonly heldHeap: () => Promise<number>;
  /** Open file descriptors: sockets, above all. Linux only. */
  readonly descriptors: () => number;
  /** undefined while it runs. */
  readonly exitCode: () => number | null;
  /** By SIGTERM. @returns the exit code */
  readonly stop: () => Promise<number | null>;
}

const MAIN = join(import.meta.dirname, '../../src/main.ts');
const COLLECT = join(import.meta.dirname, 'collect.ts');
const GC_RUNS = 'nodejs_gc_duration_seconds_count{kind="major"}';

/** Starts the gateway at free ports, and waits until it listens. */
export async function startChild(env: Readonly<Record<string, string>>): Promise<Child> {
  const child = spawn(process.execPath, ['--expose-gc', '--import', COLLECT, MAIN], {
    env: { PATH: process.env['PATH'], PORT: '0', ADMIN_PORT: '0', LOG_LEVEL: 'info', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const { url, adminUrl } = await new Promise<{ url: string; adminUrl: string }>(
    (resolve, reject) => {
      const lines = createInterface(child.stdout).on('line', (line) => {
        const entry = JSON.parse(line) as { url?: string; adminUrl?: string };
        if (entry.url === undefined || entry.adminUrl === undefined) return;
        resolve({ url: entry.url, adminUrl: entry.adminUrl });
        lines.close();
        child.stdout.resume();
      });
      child.once('exit', (code) => reject(new Error(`the gateway ended with ${code}`)));
    },
  );
  const metric = async (series: string) =>
    seriesIn((await request(`${adminUrl}/metrics`)).text, series) ?? 0;

  return {
    url,
    adminUrl,
    async heldHeap() {
      const before = await metric(GC_RUNS);
      child.kill('SIGUSR2');
      while ((await metric(GC_RUNS)) === before);
      return metric('nodejs_heap_size_used_bytes');
    },
    descriptors: () => readdirSync(`/proc/${child.pid}/fd`).length,
    exitCode: () => child.exitCode,
    async stop() {
      child.kill('SIGTERM');
      const [code] = (await exited) as [number | null];
      return code;
    },
  };
}
