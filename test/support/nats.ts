// Brokers for tests: nats-server with JetStream, alone or three together, on free ports of this machine.
// What a test forgets to remove ends with its file, and its folder with TEST_TEMP.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, jest } from '@jest/globals';
import { findNatsServer } from '../../scripts/nats/binary.ts';

export interface NatsServer {
  readonly url: string;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** Starts it again where it was, with what it had on disk; resolves when it serves. */
  restart(): Promise<void>;
}

/** One server, or a cluster. */
export interface TestNats {
  /** Of all servers, with commas between, as NATS_URL takes it. */
  readonly url: string;
  readonly servers: readonly NatsServer[];
  remove(): Promise<void>;
}

const READY_MS = 30_000;
const POLL_MS = 50;

const running = new Set<ChildProcess>();
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
});

/** TEST_NATS_SERVER, else where it is usually. */
const BINARY = process.env['TEST_NATS_SERVER'] ?? findNatsServer(process.env['PATH'] ?? '');

/** `describe` where there is a nats-server, else a skipped one that says what is missing. */
export const describeWithNats = (name: string, suite: () => void): void => {
  if (BINARY === undefined) return describe.skip(`${name} (needs nats-server)`, suite);
  // A cluster takes its time to agree, on a machine that is busy with other things above all.
  jest.setTimeout(60_000);
  describe(name, suite);
};

/** Starts one server, or several as a cluster; resolves when all of them serve and agree. */
export async function startNats(size: 1 | 3 = 1): Promise<TestNats> {
  const folder = await mkdtemp(join(process.env['TEST_TEMP']!, 'nats-'));
  const ports = await freePorts(size * 3);
  const routes = ports.slice(0, size).map((port) => `nats://127.0.0.1:${port}`);
  const servers = routes.map((route, index) => {
    const [port, monitor] = ports.slice(size + index * 2) as [number, number];
    const cluster = ['--cluster_name', 'test', '--cluster', route, '--routes', routes.join()];
    const store = ['--jetstream', '--store_dir', join(folder, `${index}`), '--name', `n${index}`];
    const args = ['-a', '127.0.0.1', '-p', `${port}`, '-m', `${monitor}`, ...store];
    return serverOf(size === 1 ? args : [...args, ...cluster], port, monitor);
  });
  await Promise.all(servers.map((server) => server.restart()));
  return {
    url: servers.map(({ url }) => url).join(),
    servers,
    async remove() {
      await Promise.all(servers.map((server) => server.kill()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function serverOf(args: readonly string[], port: number, monitor: number): NatsServer {
  let child: ChildProcess | undefined;
  let said = '';
  const start = (): void => {
    said = '';
    const own = spawn(BINARY!, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    running.add(own);
    own.stderr
      .setEncoding('utf8')
      .on('data', (text: string) => (said = (said + text).slice(-2000)));
    own.once('close', () => {
      running.delete(own);
      if (child === own) child = undefined;
    });
    child = own;
  };
  return {
    url: `nats://127.0.0.1:${port}`,
    async kill() {
      const own = child;
      if (own === undefined) return;
      const gone = once(own, 'close');
      own.kill('SIGKILL');
      await gone;
    },
    async restart() {
      const until = performance.now() + READY_MS;
      while (!(await isHealthy(monitor))) {
        if (performance.now() > until) throw new Error(`nats-server does not serve: ${said}`);
        // It ends by itself when its port is still, or just now, taken.
        if (child === undefined) start();
        await pause(POLL_MS);
      }
    },
  };
}

/** It serves, and a cluster has agreed who leads. */
async function isHealthy(monitor: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${monitor}/healthz`, {
      signal: AbortSignal.timeout(READY_MS / 10),
    });
    return answer.ok;
  } catch {
    return false;
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
