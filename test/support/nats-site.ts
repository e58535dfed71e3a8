// Sites with their own NATS servers, started by the scripts that operators use. The servers are stopped after the test.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { findNatsServer } from 'chassis/testing/nats-binary';
import { until } from 'chassis/testing/until';
import { root } from './sources.ts';
import { isRunning, run, type End } from './system.ts';

export interface Site {
  /** NATS_URL of the site. */
  readonly url: string;
  /** NATS_LEAF_OF for a site that joins this one; '' when no site can join. */
  readonly leafUrl: string;
  /** Sends SIGKILL to all servers. */
  kill(): Promise<void>;
  /** Sends SIGTERM to the script, as Ctrl-C does. */
  stop(): Promise<CommandResult>;
  /** Starts the servers again with the same configurations; with `empty`, without their stored data. */
  restart(options?: { readonly empty: boolean }): Promise<void>;
}

const START_MS = 60_000;
const RESTART_MS = 20_000;
const BINARY = process.env['TEST_NATS_SERVER'] ?? findNatsServer(process.env['PATH'] ?? '');

/** Runs `npm run nats-cluster` on free ports, with its data in `dir`. */
export async function startSite(dir: string, env: Readonly<Record<string, string>>): Promise<Site> {
  const cluster = run(process.execPath, [join(root, 'scripts/nats/cluster.ts')], {
    NATS_PORT: '0',
    NATS_DIR: dir,
    ...env,
  });
  const isReady = () => /^Stop: /m.test(cluster.text());
  await Promise.race([
    until('the servers are healthy', isReady, START_MS),
    cluster.ended.then(() => {
      throw new Error(`The servers are not healthy: ${cluster.text()}`);
    }),
  ]);
  const valueOf = (name: string) =>
    new RegExp(`^${name}=(.*)$`, 'm').exec(cluster.text())?.[1] ?? '';
  const names = [...cluster.text().matchAll(/^ {2}(n\d) /gm)].map(([, name]) => name!);
  let pids = [...cluster.text().matchAll(/ pid (\d+)$/gm)].map(([, pid]) => Number(pid));
  return {
    url: valueOf('NATS_URL'),
    leafUrl: valueOf('NATS_LEAF_OF'),
    async kill() {
      for (const pid of pids) process.kill(pid, 'SIGKILL');
      await until('the servers have ended', () => !pids.some(isRunning), RESTART_MS);
    },
    async stop() {
      process.kill(cluster.pid, 'SIGTERM');
      return { end: await cluster.ended, text: cluster.text() };
    },
    async restart({ empty } = { empty: false }) {
      const servers = names.map((name) => {
        if (empty) rmSync(join(dir, name, 'jetstream'), { recursive: true });
        return run(BINARY!, ['-c', join(dir, name, 'nats.conf')]);
      });
      pids = servers.map(({ pid }) => pid);
      // They log this before a cluster has a leader.
      const areReady = () => servers.every((server) => /Server is ready/.test(server.text()));
      await until('the servers are ready again', areReady, RESTART_MS);
    },
  };
}

export interface CommandResult {
  readonly end: End;
  readonly text: string;
}

/** Runs a script until it ends. */
export async function runScript(
  script: 'mirror' | 'promote-mirror',
  env: Readonly<Record<string, string>>,
  ...args: string[]
): Promise<CommandResult> {
  const command = run(process.execPath, [join(root, `scripts/nats/${script}.ts`), ...args], {
    ...env,
  });
  return { end: await command.ended, text: command.text() };
}

/** Runs a script, and expects success. @returns its output */
export async function runScriptWell(...args: Parameters<typeof runScript>): Promise<string> {
  const { end, text } = await runScript(...args);
  expect([end, text]).toEqual([0, text]);
  return text;
}
