// One nats-server process: its start, whether it serves, its end.
import { spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, writeFileSync, closeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ServerPlan } from './plan.ts';

export interface Server {
  readonly plan: ServerPlan;
  readonly pid: number | undefined;
  readonly alive: boolean;
  /** Its configuration, to start it by hand. */
  readonly configFile: string;
  /** How it ended, in words: "exit code 1", "SIGKILL". Never rejects. */
  readonly ended: Promise<string>;
  /** Resolves when it serves, and its cluster has agreed who leads, or when it has ended. */
  ready(): Promise<void>;
  /** Asks it to stop; after `limitMs` it is killed. */
  stop(limitMs: number): Promise<void>;
  /** The last lines that it wrote. */
  words(): string;
}

const POLL_MS = 100;
const ASK_MS = 2_000;
const LAST_LINES = 5;

/** Its configuration and what it writes stand beside its data. */
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
  const life = { alive: true };
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  }).finally(() => {
    life.alive = false;
  });
  return {
    plan,
    pid: child.pid,
    configFile,
    ended,
    get alive() {
      return life.alive;
    },
    async ready() {
      while (life.alive && !(await serves(plan.monitorUrl))) await pause(POLL_MS);
    },
    async stop(limitMs) {
      if (!life.alive) return;
      child.kill('SIGTERM');
      const limit = setTimeout(() => child.kill('SIGKILL'), limitMs);
      await ended;
      clearTimeout(limit);
    },
    words: () => readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-LAST_LINES).join('\n'),
  };
}

async function serves(monitorUrl: string): Promise<boolean> {
  try {
    return (await fetch(`${monitorUrl}/healthz`, { signal: AbortSignal.timeout(ASK_MS) })).ok;
  } catch {
    return false;
  }
}
