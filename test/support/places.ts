// Places with brokers of their own, by the very scripts that people use; all of it ends with the test.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { findNatsServer } from '../../scripts/nats/binary.ts';
import { root } from './sources.ts';
import { isThere, run, until, type End, type Spoken } from './system.ts';

export interface Place {
  /** NATS_URL of it. */
  readonly url: string;
  /** NATS_LEAF_OF, for who joins it; '' when nobody can. */
  readonly leafUrl: string;
  /** SIGKILL to all its servers. */
  die(): Promise<void>;
  /** SIGTERM to the script, as Ctrl-C does. */
  stop(): Promise<Told>;
  /** Starts them again, by the configurations that they had; with `empty`, without what they had stored. */
  comeBack(options?: { readonly empty: boolean }): Promise<void>;
}

const START_MS = 60_000;
const BINARY = process.env['TEST_NATS_SERVER'] ?? findNatsServer(process.env['PATH'] ?? '');

/** Runs `npm run nats-cluster`, on free ports, with what it stores in `dir`. */
export async function startPlace(
  dir: string,
  env: Readonly<Record<string, string>>,
): Promise<Place> {
  const cluster = run(process.execPath, [join(root, 'scripts/nats/cluster.ts')], {
    NATS_PORT: '0',
    NATS_DIR: dir,
    ...env,
  });
  const said = () => /^Stop: /m.test(cluster.text());
  await Promise.race([
    until('the servers serve', said, START_MS),
    cluster.ended.then(() => {
      throw new Error(`They do not serve: ${cluster.text()}`);
    }),
  ]);
  const found = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(cluster.text())?.[1] ?? '';
  const names = [...cluster.text().matchAll(/^ {2}(n\d) /gm)].map(([, name]) => name!);
  let pids = [...cluster.text().matchAll(/ pid (\d+)$/gm)].map(([, pid]) => Number(pid));
  return {
    url: found('NATS_URL'),
    leafUrl: found('NATS_LEAF_OF'),
    async die() {
      for (const pid of pids) process.kill(pid, 'SIGKILL');
      await until('they are gone', () => !pids.some(isThere));
    },
    async stop() {
      process.kill(cluster.pid, 'SIGTERM');
      return { end: await cluster.ended, text: cluster.text() };
    },
    async comeBack({ empty } = { empty: false }) {
      const again = names.map((name) => {
        if (empty) rmSync(join(dir, name, 'jetstream'), { recursive: true });
        return run(BINARY!, ['-c', join(dir, name, 'nats.conf')]);
      });
      pids = again.map(({ pid }) => pid);
      // They say so in the log; whoever needs more than that asks until it is so.
      await until('they are back', () =>
        again.every((each) => /Server is ready/.test(each.text())),
      );
    },
  };
}

export interface Told {
  readonly end: End;
  readonly text: string;
}

/** Runs one of the scripts to its end. */
export async function command(
  script: 'mirror' | 'promote-mirror',
  env: Readonly<Record<string, string>>,
  ...args: string[]
): Promise<Told> {
  const ran: Spoken = run(process.execPath, [join(root, `scripts/nats/${script}.ts`), ...args], {
    ...env,
  });
  return { end: await ran.ended, text: ran.text() };
}

/** The same, which has to succeed. @returns what it said */
export async function commanded(...args: Parameters<typeof command>): Promise<string> {
  const { end, text } = await command(...args);
  expect([end, text]).toEqual([0, text]);
  return text;
}
