// One nats-server process: start, health and stop.
import { spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, writeFileSync, closeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ServerPlan } from './plan.ts';

export interface Server {
  readonly plan: ServerPlan;
  readonly pid: number | undefined;
  readonly alive: boolean;
  /** Path of its configuration, to start it by hand. */
  readonly configFile: string;
  /** Resolves with how it ended: "exit code 1", "SIGKILL". Never rejects. */
  readonly ended: Promise<string>;
  /** Resolves when it is healthy and its cluster has a leader, or when it has ended. */
  ready(): Promise<void>;
  /** Sends SIGTERM, and after `limitMs` SIGKILL. Resolves when it has ended. */
  stop(limitMs: number): Promise<void>;
  /** Returns the last lines of its log. */
  lastLines(): string;
}

const POLL_MS = 100;
const HEALTH_TIMEOUT_MS = 2_000;
const LAST_LINES = 5;

/** Starts a server. Its configuration and its log are in the folder of its data. */
export function startServer(binary: string, plan: ServerPlan): Server {
  mkdirSync(plan.dir, { recursive: true });
  const [configFile, logFile] = ['conf', 'log'].map((kind) => join(plan.dir, `nats.${kind}`)) as [
    string,
    string,
  ];
  writeFileSync(configFile, plan.config);
  const log = openSync(logFile, 'w');
  const child = spawn(binary, ['-c', configFile], { stdio: ['ignore', log, log] });
  closeSync(log);
  const state = { alive: true };
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  }).finally(() => {
    state.alive = false;
  });
  return {
    plan,
    pid: child.pid,
    configFile,
    ended,
    get alive() {
      return state.alive;
    },
    async ready() {
      while (state.alive && !(await isHealthy(plan.monitorUrl))) await pause(POLL_MS);
    },
    async stop(limitMs) {
      if (!state.alive) return;
      child.kill('SIGTERM');
      const limit = setTimeout(() => child.kill('SIGKILL'), limitMs);
      await ended;
      clearTimeout(limit);
    },
    lastLines: () =>
      readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-LAST_LINES).join('\n'),
  };
}

async function isHealthy(monitorUrl: string): Promise<boolean> {
  try {
    return (
      await fetch(`${monitorUrl}/healthz`, { signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS) })
    ).ok;
  } catch {
    return false;
  }
}
