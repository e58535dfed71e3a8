// PostgreSQL servers of one test: a primary and its standbys, which a test stops, starts again and promotes. Servers that a
// test does not remove are killed after the tests of its file; their folders are deleted with TEST_TEMP.
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, globSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe } from '@jest/globals';
import { Client } from 'pg';
import { freePorts } from './free-ports.ts';
import { type Child, start } from './process.ts';
import { untilSuccess } from './until.ts';

export interface PostgresServer {
  /** The address of its database; a standby that is started on the port of its primary has the same. */
  readonly url: string;
  query<Row extends object>(statement: string): Promise<Row[]>;
  /** Starts it; resolves when it answers. @param port instead of its own, such as that of a primary that is gone */
  start(port?: number): Promise<void>;
  /** Ends it: `SIGINT` cleanly, `SIGQUIT` at once, as a crash does. */
  stop(signal?: 'SIGINT' | 'SIGQUIT'): Promise<void>;
  /** Makes a standby primary; resolves when it takes writes. */
  promote(): Promise<void>;
  /** Makes a standby with all that this server has; it is not started. */
  standby(): Promise<PostgresServer>;
  /** Stops it, and makes a copy of its files, as a snapshot of a disk does; the copy is not started. */
  snapshot(): Promise<PostgresServer>;
  remove(): Promise<void>;
}

const LIMIT_MS = 30_000;
const BINARIES = globSync('/usr/lib/postgresql/*/bin').findLast((folder) =>
  existsSync(join(folder, 'initdb')),
);
/** PostgreSQL refuses to run as root; its package makes this user. */
const USER = process.getuid?.() === 0 ? idsOf('postgres') : undefined;

/** Describes a suite that needs the binaries of PostgreSQL. Without them the suite is skipped, with the reason in its name. */
export const describeWithPostgres = (name: string, suite: () => void): void => {
  if (BINARIES === undefined) describe.skip(`${name} (needs the binaries of PostgreSQL)`, suite);
  else describe(name, suite);
};

/** Makes and starts an empty server. */
export async function startPostgres(): Promise<PostgresServer> {
  const folder = await newFolder();
  run('initdb', ['-D', folder, '-A', 'trust', '-U', 'postgres', '--no-sync', '--no-locale']);
  const server = serverIn(folder, (await freePorts(1))[0]!);
  await server.start();
  return server;
}

function serverIn(folder: string, ownPort: number): PostgresServer {
  let child: Child | undefined;
  let port = ownPort;
  const url = (): string => `postgres://postgres@127.0.0.1:${port}/postgres`;
  const query = async <Row extends object>(statement: string): Promise<Row[]> => {
    const client = new Client({ connectionString: url() });
    await client.connect();
    try {
      return (await client.query<Row>(statement)).rows;
    } finally {
      await client.end();
    }
  };
  const stop = async (signal: NodeJS.Signals = 'SIGINT'): Promise<void> =>
    void (await child?.stop(signal));
  const clone = async (fill: (target: string) => void): Promise<PostgresServer> => {
    const target = await newFolder();
    fill(target);
    return serverIn(target, (await freePorts(1))[0]!);
  };
  return {
    get url() {
      return url();
    },
    query,
    async start(at = ownPort) {
      port = at;
      const options = ['-D', folder, '-p', `${port}`, '-k', folder, '-h', '127.0.0.1', '-F'];
      child = start(join(BINARIES!, 'postgres'), options, { env: process.env, ...USER });
      await untilSuccess('PostgreSQL answers', () => query('select true as ok'), LIMIT_MS);
    },
    stop,
    promote: async () => void (await query('select pg_promote()')),
    standby: () =>
      clone((target) => run('pg_basebackup', ['-D', target, '-R', '-c', 'fast', '-d', url()])),
    async snapshot() {
      await stop();
      return clone((target) => {
        execFileSync('cp', ['-a', `${folder}/.`, target]);
      });
    },
    async remove() {
      await stop('SIGQUIT');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Makes an empty folder that only the server's user may read, as PostgreSQL requires. */
async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join('/tmp', 'postgres-test-'));
  if (USER !== undefined) chownSync(folder, USER.uid, USER.gid);
  chmodSync(folder, 0o700);
  return folder;
}

const run = (command: string, args: readonly string[]): void =>
  void execFileSync(join(BINARIES!, command), args, { ...USER, cwd: '/tmp', stdio: 'pipe' });

function idsOf(user: string): { readonly uid: number; readonly gid: number } | undefined {
  try {
    const id = (flag: string) => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }));
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined;
  }
}
