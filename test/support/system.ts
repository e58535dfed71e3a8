// The real system: the script of `npm start` on free ports, with its own data. Its processes are stopped after the test.
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach } from '@jest/globals';
import { freePorts } from 'chassis/testing/free-ports';
import { start as startCommand } from 'chassis/testing/process';
import { until } from 'chassis/testing/until';
import { root } from './sources.ts';

/** How a process ended: its exit code, or the signal that ended it. */
export type End = number | NodeJS.Signals;

/** A running command, with its output. */
export interface Command {
  readonly pid: number;
  readonly ended: Promise<End>;
  /** Returns its standard output and error so far. */
  text(): string;
}

export interface System extends Command {
  readonly url: string;
  /** Public and admin port of the gateway, of Identity and of Social, in this order. */
  readonly ports: readonly number[];
  readonly dataDir: string;
  /** Returns the id of the process that uses the data directory of a service. */
  pidOf(service: 'identity' | 'social'): number;
}

const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** Whether nothing listens on the port. */
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

/** Whether a process with this id runs. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Resolves when these processes have ended and every port of the system is free. */
export async function expectAllEnded(system: System, pids: readonly number[]): Promise<void> {
  for (const pid of pids) await until(`process ${pid} has ended`, () => !isRunning(pid));
  for (const port of system.ports) await until(`port ${port} is free`, () => isFree(port));
}

/** Starts a command in a process group of its own, as a terminal does. The group is killed after the test. */
export function run(command: string, args: string[], env: NodeJS.ProcessEnv = {}): Command {
  const child = startCommand(command, args, {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, ...env },
    group: true,
  });
  cleanups.push(async () => {
    child.kill();
    await child.ended;
  });
  const ended = child.ended.then(({ code }) => code as End);
  return { pid: child.process.pid!, ended, text: () => child.output() };
}

// One folder for all tests of a file: existing databases open much faster than new ones.
const data = mkdtempSync(join(tmpdir(), 'start-'));
afterAll(() => rmSync(data, { recursive: true, force: true }));

/** Runs scripts/start/start.ts with data in a temporary folder. @param env settings to change or add */
export async function start(env: NodeJS.ProcessEnv = {}): Promise<System> {
  const ports = await freePorts(6);
  const names = ['GATEWAY', 'IDENTITY', 'SOCIAL'].flatMap((n) => [`${n}_PORT`, `${n}_ADMIN_PORT`]);
  const portSettings = Object.fromEntries(names.map((name, i) => [name, String(ports[i])]));
  const launcher = run(process.execPath, [join(root, 'scripts/start/start.ts')], {
    LOG_LEVEL: 'info',
    NODE_ENV: '',
    DATABASE_URL: '',
    DATA_DIR: data,
    ...portSettings,
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

/** Resolves when the launcher prints that everything is ready. */
export async function ready(system: System): Promise<void> {
  const isReady = until('the system is ready', () => /^Try: /m.test(system.text()), 60_000);
  const endedEarly = system.ended.then((end) => {
    throw new Error(`The system ended (${end}) before it was ready:\n${system.text()}`);
  });
  await Promise.race([isReady, endedEarly]);
}
