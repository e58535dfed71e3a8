// Confines a process to a share of a core by a control group of Linux (v1 or v2), which needs root.
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import type { ChildProcess } from 'node:child_process';
import { setPriority } from 'node:os';

const V1 = '/sys/fs/cgroup/cpu';
const V2 = '/sys/fs/cgroup';
/** Short, so that the process is never stopped for longer. */
const PERIOD_US = 10_000;

/**
 * Lets a process use `share` (0.1 to 1) of a core at most.
 * @returns removes the group, once the process has ended; undefined where that is not possible
 */
export function confine({ pid }: ChildProcess, share: number): (() => void) | undefined {
  const isV1 = existsSync(`${V1}/cpu.cfs_quota_us`);
  const group = `${isV1 ? V1 : V2}/social-network-bench-${pid}`;
  const quota = String(Math.round(PERIOD_US * share));
  try {
    mkdirSync(group);
    if (isV1) {
      writeFileSync(`${group}/cpu.cfs_period_us`, String(PERIOD_US));
      writeFileSync(`${group}/cpu.cfs_quota_us`, quota);
    } else writeFileSync(`${group}/cpu.max`, `${quota} ${PERIOD_US}`);
    writeFileSync(`${group}/cgroup.procs`, String(pid));
  } catch {
    if (existsSync(group)) rmdirSync(group);
    return undefined;
  }
  return () => {
    if (readFileSync(`${group}/cgroup.procs`, 'utf8') === '') rmdirSync(group);
  };
}

/** Lets a process run before others of the machine, where that is allowed: a late load generator measures itself. */
export function raisePriority({ pid }: Pick<ChildProcess, 'pid'>): void {
  try {
    setPriority(pid!, -10);
  } catch {
    // Only root may do that.
  }
}
