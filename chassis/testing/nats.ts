// NATS servers with JetStream, one or a cluster of three, on free ports of this machine. Servers that a
// test does not remove are stopped after the tests of its file; their folders are deleted with TEST_TEMP.
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, jest } from '@jest/globals';
import { jetStreamSource } from 'chassis/events/nats/source';
import type { UserEventOnWire } from 'contracts/types';
import { freePorts } from './free-ports.ts';
import { findNatsServer } from './nats-binary.ts';
import { type Child, start } from './process.ts';

export interface NatsServer {
  readonly url: string;
  /** Sends SIGKILL; resolves when the process has ended. */
  kill(): Promise<void>;
  /** Starts the server again on the same port, with its stored data; resolves when it is healthy. */
  restart(limitMs?: number): Promise<void>;
}

/** One server or a cluster. */
export interface TestNats {
  /** Addresses of all servers, separated by commas: a value for NATS_URL. */
  readonly url: string;
  readonly servers: readonly NatsServer[];
  remove(): Promise<void>;
}

const READY_MS = 30_000;
/** A single server is up within a second; a wrong configuration should be reported soon. */
const CONFIGURED_MS = 10_000;
const POLL_MS = 50;

/** Path of nats-server: TEST_NATS_SERVER, or the installed one. */
const BINARY = process.env['TEST_NATS_SERVER'] ?? findNatsServer(process.env['PATH'] ?? '');

/** Describes a suite that needs nats-server. Without it the suite is skipped, with the reason in its name. */
export const describeWithNats = (name: string, suite: () => void): void => {
  if (BINARY === undefined) return describe.skip(`${name} (needs nats-server)`, suite);
  // A cluster takes long to elect its leader on a busy machine.
  jest.setTimeout(60_000);
  describe(name, suite);
};

/** Starts one server with this configuration. @param env its environment, in which `$NAME` of the configuration is looked up */
export async function startConfiguredNats(
  config: string,
  env: Readonly<Record<string, string>> = {},
): Promise<TestNats> {
  const folder = await mkdtemp(join(process.env['TEST_TEMP']!, 'nats-'));
  const [port, monitor] = (await freePorts(2)) as [number, number];
  const args = ['-c', config, '-a', '127.0.0.1', '-p', `${port}`, '-m', `${monitor}`];
  const server = serverOf([...args, '--store_dir', folder], port, monitor, env);
  await server.restart(CONFIGURED_MS);
  return {
    url: server.url,
    servers: [server],
    async remove() {
      await server.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Starts one server or a cluster. Resolves when all servers are healthy and a cluster has a leader. */
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

function serverOf(
  args: readonly string[],
  port: number,
  monitor: number,
  env: Readonly<Record<string, string>> = {},
): NatsServer {
  let child: Child | undefined;
  let isRunning = false;
  const launch = (): void => {
    const own = start(BINARY!, args, { env: { ...process.env, ...env } });
    child = own;
    isRunning = true;
    void own.ended.then(() => {
      if (child === own) isRunning = false;
    });
  };
  return {
    url: `nats://127.0.0.1:${port}`,
    kill: async () => void (await child?.stop('SIGKILL')),
    async restart(limitMs = READY_MS) {
      const end = performance.now() + limitMs;
      while (!(await isHealthy(monitor))) {
        if (performance.now() > end)
          throw new Error(`nats-server is not healthy: ${child?.output().slice(-2000)}`);
        // A server ends when another process has its port.
        if (!isRunning) launch();
        await pause(POLL_MS);
      }
    },
  };
}

/** Whether a server is healthy; a cluster needs a leader for that. */
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

/** Reads all user events of a stream in order. @throws SourceError when the server or the stream is missing */
export async function readStream(urls: string, stream = 'USER_EVENTS'): Promise<UserEventOnWire[]> {
  const source = jetStreamSource({
    urls,
    stream,
    subject: 'user-events.>',
    name: 'test',
    waitMs: 1_000,
  });
  const events: UserEventOnWire[] = [];
  try {
    for (let after = 0; ;) {
      const batch = await source.read(after, AbortSignal.timeout(READY_MS));
      events.push(...(batch.events as UserEventOnWire[]));
      await batch.ack();
      after = batch.nextOffset;
      if (after >= batch.endOffset) return events;
    }
  } finally {
    await source.close();
  }
}
