// Child processes of tests. They are killed after the tests of the file, also when tests fail.
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
  /** Its standard error. */
  readonly stderr: string;
}

export interface Child {
  readonly process: ChildProcess;
  /** Emits `line` for each line of standard output. */
  readonly stdout: Interface;
  /** The lines of standard output so far. */
  readonly lines: readonly string[];
  /** Returns its standard output and error so far. */
  output(): string;
  /** Resolves when the process has ended and its last line was read. */
  readonly ended: Promise<Ended>;
  /** Sends a signal; resolves when the process has ended. */
  stop(signal?: NodeJS.Signals): Promise<Ended>;
  /** Kills the process, or its group when it has one. */
  kill(): void;
}

export interface StartOptions {
  /** All environment variables of the process. */
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Starts the process in a group of its own, as a terminal does. All of the group is killed after the tests. */
  readonly group?: boolean;
  /** The user and the group that the process runs as. */
  readonly uid?: number;
  readonly gid?: number;
}

/** Starts a command. */
export function start(
  command: string,
  args: readonly string[],
  { env, cwd, group = false, ...user }: StartOptions,
): Child {
  const child = spawn(command, args, {
    env,
    ...user,
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
  // Other processes of a group may outlive its first process.
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
  /** Arguments for the file. */
  readonly args?: readonly string[];
  /** Flags for Node. */
  readonly flags?: readonly string[];
}

const { PATH, NODE_COMPILE_CACHE } = process.env;

/** Starts a TypeScript file with the Node that runs this process. It gets only `env`, PATH and the compile cache. */
export const startNode = (
  file: string,
  env: Readonly<Record<string, string>>,
  { args = [], flags = [] }: NodeOptions = {},
): Child =>
  start(process.execPath, [...flags, file, ...args], {
    env: { PATH, NODE_COMPILE_CACHE, ...env },
  });

/** Runs a TypeScript file until it ends. @returns how it ended and the lines of its standard output */
export async function runNode(
  file: string,
  env: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<Ended & { readonly lines: readonly string[] }> {
  const child = startNode(file, env, { args });
  return { ...(await child.ended), lines: child.lines };
}

/** Resolves with the first JSON log line of a child whose `msg` is `msg`. @throws when the child ends before */
export function logged(child: Child, msg: string): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const check = (text: string): void => {
      const line = JSON.parse(text) as Record<string, unknown>;
      if (line['msg'] !== msg) return;
      child.stdout.removeListener('line', check);
      resolve(line);
    };
    child.stdout.on('line', check);
    child.lines.forEach(check);
    void child.ended.then(({ code, stderr }) =>
      reject(new Error(`the process ended with ${code} before it logged "${msg}": ${stderr}`)),
    );
  });
}

/** A service in a process of its own. */
export interface ServiceProcess {
  readonly child: Child;
  readonly url: string;
  readonly adminUrl: string;
}

/** Starts the main file of a service on free ports. Resolves when it listens, which is before it is ready. */
export async function startService(
  main: string,
  env: Readonly<Record<string, string>>,
  flags: readonly string[] = [],
): Promise<ServiceProcess> {
  const child = startNode(main, { PORT: '0', ADMIN_PORT: '0', ...env }, { flags });
  const { url, adminUrl } = (await logged(child, 'listening')) as Record<string, string>;
  return { child, url: url!, adminUrl: adminUrl! };
}

/** Runs a file that prints a line for each acknowledged step, and kills it after `count` lines. @returns all its lines */
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
