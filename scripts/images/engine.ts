// Builds images and runs them, with docker or with buildah, whichever works here.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');
export const BASE = 'docker.io/library/node:24-bookworm-slim';

export type Environment = Readonly<Record<string, string>>;

/** A process in its container, on the host's network. */
export interface RunningContainer {
  /** Runs one more command in it; the command's output. */
  run(command: readonly string[]): string;
  /** The effective user id of the container's main process. */
  uid(): string;
  /** Sends SIGTERM to the main process and waits; its exit code. */
  terminate(): Promise<number | null>;
  /** Ends and deletes it, whatever its state. */
  remove(): Promise<void>;
  readonly output: () => string;
}

/** What builds and runs images. */
export interface Engine {
  readonly name: 'docker' | 'buildah';
  build(service: string, image: string): void;
  /** In bytes, the base image included. */
  size(image: string): number;
  start(image: string, environment: Environment): RunningContainer;
}

/** Runs a command to its end. @throws Error with what it wrote, when it fails. */
export function command(program: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${status}\n${stdout}${stderr}`);
  return stdout.trim();
}

/** Whether a command exists and succeeds. */
export const works = (program: string, ...args: string[]): boolean =>
  spawnSync(program, args, { stdio: 'ignore' }).status === 0;

/** A command line's arguments, none of which holds a blank. */
export const words = (line: string): string[] => line.split(' ');

/** The arguments that set variables, the same for both engines. */
export const environmentFlags = (environment: Environment): string[] =>
  Object.entries(environment).flatMap(([name, value]) => ['--env', `${name}=${value}`]);

/** Starts a command; what it writes is kept, for the message of a check that fails. */
export function background(program: string, args: readonly string[]) {
  const child = spawn(program, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-20_000)));
  return { child, ended: exitOf(child), output: () => output };
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

/** The user id of a process of this machine. */
export const uidOf = (pid: number): string =>
  /^Uid:\s+\d+\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 'unknown';
