// Child processes of tests. None outlives the tests of the file that started it, failed ones included.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { afterAll, expect } from '@jest/globals';

const running = new Set<Child>();
afterAll(() => {
  for (const child of running) child.kill();
});

/** How a process ended. */
export interface Ended {
  /** Its exit code, or the signal that ended it. */
  readonly code: number | string;
  /** What it wrote to standard error. */
  readonly stderr: string;
}

export interface Child {
  readonly process: ChildProcess;
  /** Emits `line` for each line of standard output. */
  readonly stdout: Interface;
  /** The lines of standard output so far. */
  readonly lines: readonly string[];
  /** Returns what it has written so far, to both streams. */
  output(): string;
  /** Resolves after its last line. */
  readonly ended: Promise<Ended>;
  /** Sends a signal; resolves when the process has ended. */
  stop(signal?: NodeJS.Signals): Promise<Ended>;
  /** Kills it, and the rest of its group. */
  kill(): void;
}

export interface StartOptions {
  /** All of its variables. */
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Starts it in a process group of its own, as a terminal does; the whole group is killed after the tests. */
  readonly group?: boolean;
}

/** Starts a command. */
export function start(
  command: string,
  args: readonly string[],
  { env, cwd, group = false }: StartOptions,
): Child {
  const child = spawn(command, args, {
    env,
    ...(cwd !== undefined && { cwd }),
    detached: group,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    output += text;
  });
  const lines: string[] = [];
  const stdout = createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  const ended = Promise.all([once(child, 'close'), once(stdout, 'close')]).then(
    ([[code, signal]]) => ({ code: (code ?? signal) as number | string, stderr }),
  );
  const self: Child = {
    process: child,
    stdout,
    lines,
    output: () => output,
    ended,
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
    kill() {
      running.delete(self);
      if (group) killGroup(child.pid!);
      else child.kill('SIGKILL');
    },
  };
  running.add(self);
  // The rest of a group may outlive its first process.
  if (!group) child.once('close', () => running.delete(self));
  return self;
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All processes of the group have ended.
  }
}

export interface NodeOptions {
  /** For the file. */
  readonly args?: readonly string[];
  /** For Node itself. */
  readonly flags?: readonly string[];
}

const { PATH, NODE_COMPILE_CACHE } = process.env;

/** Runs a TypeScript file with this very Node, with these variables and none of this process but PATH. */
export const startNode = (
  file: string,
  env: Readonly<Record<string, string>>,
  { args = [], flags = [] }: NodeOptions = {},
): Child =>
  start(process.execPath, [...flags, file, ...args], {
    env: { PATH, NODE_COMPILE_CACHE, ...env },
  });

/** Runs a TypeScript file to its end. @returns how it ended and the lines of its standard output */
export async function runNode(
  file: string,
  env: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<Ended & { readonly lines: readonly string[] }> {
  const child = startNode(file, env, { args });
  return { ...(await child.ended), lines: child.lines };
}

/** Resolves with the line of a child that logs JSON whose `msg` is this one. */
export function logged(child: Child, msg: string): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const look = (text: string): void => {
      const line = JSON.parse(text) as Record<string, unknown>;
      if (line['msg'] !== msg) return;
      child.stdout.removeListener('line', look);
      resolve(line);
    };
    child.stdout.on('line', look);
    child.lines.forEach(look);
    void child.ended.then(({ code, stderr }) =>
      reject(new Error(`it ended with ${code} before it said "${msg}": ${stderr}`)),
    );
  });
}

/** A service in a process of its own. */
export interface ServiceProcess {
  readonly child: Child;
  readonly url: string;
  readonly adminUrl: string;
}

/** Starts a service's main file on free ports; resolves when it listens, which is before it is ready. */
export async function startService(
  main: string,
  env: Readonly<Record<string, string>>,
  flags: readonly string[] = [],
): Promise<ServiceProcess> {
  const child = startNode(main, { PORT: '0', ADMIN_PORT: '0', ...env }, { flags });
  const { url, adminUrl } = (await logged(child, 'listening')) as Record<string, string>;
  return { child, url: url!, adminUrl: adminUrl! };
}

/** Runs a file that writes a line for each thing it did, and kills it with SIGKILL after `count` lines. @returns all its lines */
export async function killAfterLines(
  file: string,
  env: Readonly<Record<string, string>>,
  count: number,
): Promise<readonly string[]> {
  const child = startNode(file, env);
  child.stdout.on('line', () => {
    if (child.lines.length === count) child.process.kill('SIGKILL');
  });
  expect(await child.ended).toEqual({ code: 'SIGKILL', stderr: '' });
  return child.lines;
}
