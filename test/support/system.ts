// The real system for a test: `npm start`'s script on free ports, with data of its own, gone after the test.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach } from '@jest/globals';
import { root } from './sources.ts';

/** What ended: its exit code, or the signal that ended it. */
export type End = number | NodeJS.Signals;

/** A process whose lines are kept. */
export interface Spoken {
  readonly pid: number;
  readonly ended: Promise<End>;
  /** Everything it has written until now. */
  text(): string;
}

export interface System extends Spoken {
  readonly url: string;
  /** Of the gateway, of Identity, of Social: each the public one, then the admin one. */
  readonly ports: readonly number[];
  readonly dataDir: string;
  /** The process that keeps this service's data. */
  pidOf(service: 'identity' | 'social'): number;
}

const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** Asks again and again, until it is neither false nor undefined and does not throw. @throws after `limitMs` */
export async function until<T>(
  what: string,
  ask: () => T | Promise<T>,
  limitMs = 20_000,
): Promise<Exclude<T, false | undefined>> {
  const end = performance.now() + limitMs;
  let last: unknown;
  while (performance.now() < end) {
    try {
      const answer = await ask();
      if (answer !== false && answer !== undefined) return answer as Exclude<T, false | undefined>;
    } catch (error) {
      last = error;
    }
    await pause(50);
  }
  throw new Error(`Waited ${limitMs} ms in vain until ${what}`, { cause: last });
}

/** Ports that nobody uses now. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

/** Whether nothing listens on the port any more. */
async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  await once(server.close(), 'close');
  return true;
}

/** Whether a process with this id is there. */
export function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Resolves when these processes are gone, and every port of the system is free again. */
export async function expectNothingLeft(system: System, pids: readonly number[]): Promise<void> {
  for (const pid of pids) await until(`process ${pid} is gone`, () => !isThere(pid));
  for (const port of system.ports) await until(`port ${port} is free`, () => isFree(port));
}

/** Starts a command in a process group of its own, as a terminal does; after the test the group is killed. */
export function run(command: string, args: string[], env: NodeJS.ProcessEnv = {}): Spoken {
  const child: ChildProcess = spawn(command, args, {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding('utf8').on('data', (part: string) => (text += part));
  const ended = new Promise<End>((resolve) => {
    child.once('close', (code, signal) => resolve(signal ?? code ?? -1));
  });
  cleanups.push(async () => {
    try {
      process.kill(-child.pid!, 'SIGKILL');
    } catch {
      // Everybody in the group has ended already.
    }
    await ended;
  });
  return { pid: child.pid!, ended, text: () => text };
}

// One folder for all tests of a file: databases that are there already open much faster than new ones.
const data = mkdtempSync(join(tmpdir(), 'start-'));
afterAll(() => rmSync(data, { recursive: true, force: true }));

/** Runs scripts/start/start.ts with data in a temporary folder; `env` may change what it is told. */
export async function start(env: NodeJS.ProcessEnv = {}): Promise<System> {
  const ports = await freePorts(6);
  const names = ['GATEWAY', 'IDENTITY', 'SOCIAL'].flatMap((n) => [`${n}_PORT`, `${n}_ADMIN_PORT`]);
  const chosen = Object.fromEntries(names.map((name, at) => [name, String(ports[at])]));
  const launcher = run(process.execPath, [join(root, 'scripts/start/start.ts')], {
    LOG_LEVEL: 'info',
    NODE_ENV: '',
    DATABASE_URL: '',
    DATA_DIR: data,
    ...chosen,
    ...env,
  });
  return {
    ...launcher,
    url: `http://127.0.0.1:${ports[0]}`,
    ports,
    dataDir: data,
    pidOf: (service) => Number(readFileSync(join(data, service, 'lock.pid'), 'utf8')),
  };
}

/** Resolves when the launcher has said that everything is ready. */
export async function ready(system: System): Promise<void> {
  const said = until('it is ready', () => /^Try: /m.test(system.text()), 60_000);
  const early = system.ended.then((end) => {
    throw new Error(`It ended (${end}) before it was ready:\n${system.text()}`);
  });
  await Promise.race([said, early]);
}
