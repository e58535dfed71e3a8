// Child processes of a measurement: starts them on their own cores, and reads their URLs, CPU time and memory. They end
// when this process ends, also when it is killed.
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Options of Node itself. */
  readonly flags?: readonly string[];
  /** `server`: a core of its own; `rest`: all other cores; any core when left out. */
  readonly cores?: 'server' | 'rest';
  /** Whether standard output is read, for `listening`; otherwise it is shown. */
  readonly logs: boolean;
}

const root = join(import.meta.dirname, '..');
const preload = join(root, 'scripts/start/exit-with-parent.ts');

/** Returns the usable cores, such as [0, 1]; undefined where processes cannot be pinned. */
function usableCores(): number[] | undefined {
  if (spawnSync('taskset', ['--version']).status !== 0) return undefined;
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  const cores = (list ?? '').split(',').flatMap((range) => {
    const [first = NaN, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
  return cores.length >= 2 ? cores : undefined;
}

const usable = usableCores();
const running = new Set<ChildProcess>();

/** Whether `server` runs on a core that nothing else of the measurement uses. */
export const pinned = usable !== undefined;

/** Starts a file, given by its path from the root, in its own Node process, on free ports. */
export function start(file: string, options: StartOptions): ChildProcess {
  const { env = {}, flags = [], cores, logs } = options;
  const command = [process.execPath, ...flags, '--import', preload, join(root, file)];
  if (usable !== undefined && cores !== undefined) {
    const coreList = cores === 'server' ? usable.slice(0, 1) : usable.slice(1);
    command.unshift('taskset', '--cpu-list', coreList.join(','));
  }
  const child = spawn(command[0]!, command.slice(1), {
    env: { PATH: process.env['PATH'], PORT: '0', ADMIN_PORT: '0', ...env },
    // The preloaded file needs a pipe as standard input.
    stdio: ['pipe', logs ? 'pipe' : 'inherit', 'inherit', 'ipc'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** The URLs in the log line of a server that listens. */
export interface Listening {
  readonly url: string;
  /** undefined for a server without an admin port. */
  readonly adminUrl?: string;
}

/** Waits until a server listens. @throws when the process ends before that */
export function listening(child: ChildProcess): Promise<Listening> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code, signal) =>
      reject(new Error(`a server ended before it listened, with ${signal ?? `exit code ${code}`}`)),
    );
    createInterface({ input: child.stdout! }).on('line', (line) => {
      // Later lines are read, too, because the pipe would fill otherwise.
      if (line.startsWith('{') && line.includes('"listening"'))
        resolve(JSON.parse(line) as Listening);
    });
  });
}

/** Starts a service with an admin port; resolves when it listens. */
export async function startService(
  workspace: string,
  options: Omit<StartOptions, 'logs'>,
): Promise<Required<Listening> & { readonly child: ChildProcess }> {
  const child = start(`${workspace}/src/main.ts`, { ...options, logs: true });
  return { child, ...((await listening(child)) as Required<Listening>) };
}

/** Sends a message and waits for the reply. @throws when the process ends before it replies */
export async function request<Reply>(child: ChildProcess, message: object): Promise<Reply> {
  const ended = new AbortController();
  const onExit = (): void =>
    ended.abort(new Error('a process of the benchmark ended before it replied'));
  child.once('exit', onExit);
  child.send(message);
  const [reply] = await once(child, 'message', { signal: ended.signal });
  child.removeListener('exit', onExit);
  return reply as Reply;
}

/** Ends a process by SIGTERM and waits for its end. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

/** Ends all processes by SIGTERM and waits for their end. */
export const stopAll = async (): Promise<void> => void (await Promise.all([...running].map(stop)));

/** Kills all processes. */
export const killAll = (): void => running.forEach((child) => child.kill('SIGKILL'));

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** Returns the CPU time of a process: all threads, user and system, in microseconds, in steps of 10 ms. */
export function cpuMicros({ pid }: ChildProcess): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field, the name, may contain spaces, so fields are counted from its closing bracket.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1e6) / ticksPerSecond;
}

/** Returns the peak of a process's resident memory in MB. Linux only. */
export function peakMemory({ pid }: ChildProcess): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(status)![1]) / 1024);
}

/** Resets the peak to the current memory. */
export const resetPeakMemory = ({ pid }: ChildProcess): void =>
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
