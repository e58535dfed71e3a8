// The interface to docker and buildah, and what both need.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');
export const BASE = 'docker.io/library/node:24-bookworm-slim';

export type Environment = Readonly<Record<string, string>>;

/** A container that runs on the host's network. */
export interface RunningContainer {
  /** Runs a command in the container. @returns its output */
  run(command: readonly string[]): string;
  /** Returns the effective user id of the main process. */
  uid(): string;
  /** Sends SIGTERM to the main process and waits. @returns its exit code */
  terminate(): Promise<number | null>;
  /** Stops and deletes the container, in any state. */
  remove(): Promise<void>;
  readonly output: () => string;
}

/** Builds and runs images. */
export interface Engine {
  readonly name: 'docker' | 'buildah';
  build(service: string, image: string): void;
  /** Returns the size in bytes, with the base image. */
  size(image: string): number;
  start(image: string, environment: Environment): RunningContainer;
}

/** Runs a command until it ends. @returns its output @throws Error with its output when it fails */
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

/** Splits a command line whose arguments have no blanks. */
export const words = (line: string): string[] => line.split(' ');

/** Returns the arguments that set environment variables; both engines have the same. */
export const environmentFlags = (environment: Environment): string[] =>
  Object.entries(environment).flatMap(([name, value]) => ['--env', `${name}=${value}`]);

/** Starts a command and records the end of its output, for the message of a failed check. */
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

/** Returns the effective user id of a process of this machine. */
export const uidOf = (pid: number): string =>
  /^Uid:\s+\d+\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 'unknown';
