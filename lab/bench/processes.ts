// Child processes: started on their cores, their addresses, what CPU time and memory they have used.
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface ChildOptions {
  /** Where it runs: the server that is measured has a core to itself, all others share the rest. */
  readonly place: 'server' | 'rest';
  readonly env?: Readonly<Record<string, string>>;
  /** For Node itself, before the file. */
  readonly flags?: readonly string[];
}

/** The cores of this machine that we may use, such as [0, 1]; undefined where processes cannot be pinned. */
function usableCores(): number[] | undefined {
  if (spawnSync('taskset', ['--version']).status !== 0) return undefined;
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  const cores = (list ?? '').split(',').flatMap((range) => {
    const [first = NaN, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
  return cores.length >= 2 ? cores : undefined;
}

const cores = usableCores();

/** Whether the server runs on a core that nothing else of the bench uses. */
export const pinned = cores !== undefined;

/** Starts a file, named by its path from the root, in a Node of its own; it ends with us at the latest. */
export function start(file: string, { place, env = {}, flags = [] }: ChildOptions): ChildProcess {
  const command = [process.execPath, ...flags, join(import.meta.dirname, '../..', file)];
  if (cores !== undefined) {
    const mine = place === 'server' ? cores.slice(0, 1) : cores.slice(1);
    command.unshift('taskset', '--cpu-list', mine.join(','));
  }
  const child = spawn(command[0]!, command.slice(1), {
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', PORT: '0', ...env },
    stdio: ['ignore', place === 'server' ? 'pipe' : 'inherit', 'inherit', 'ipc'],
  });
  const endWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', endWithUs);
  child.once('exit', () => process.removeListener('exit', endWithUs));
  return child;
}

/** The line in which a server tells that it listens. */
export interface Listening {
  readonly url: string;
  readonly adminUrl?: string;
}

/** Waits for a server's line. @throws when the process ends first. */
export function listening(child: ChildProcess): Promise<Listening> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) =>
      reject(new Error(`a server ended before it listened, with exit code ${code}`)),
    );
    createInterface({ input: child.stdout! }).on('line', (line) => {
      // Later lines are read too, or the pipe would fill.
      if (line.startsWith('{') && line.includes('"listening"'))
        resolve(JSON.parse(line) as Listening);
    });
  });
}

/** Sends a message and waits for the one that comes back. @throws when the process ends instead. */
export async function ask<Reply>(child: ChildProcess, question: object): Promise<Reply> {
  const ended = new AbortController();
  const onExit = (): void => ended.abort(new Error('a process of the bench ended too early'));
  child.once('exit', onExit);
  child.send(question);
  const [reply] = await once(child, 'message', { signal: ended.signal });
  child.removeListener('exit', onExit);
  return reply as Reply;
}

/** Ends a process by SIGTERM and waits for it. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** The CPU time that a process has used so far, all threads, user and system, in microseconds (steps of 10 ms). */
export function cpuMicros({ pid }: ChildProcess): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field, the name, may hold spaces; the fields after it are counted from its closing bracket.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1e6) / ticksPerSecond;
}
