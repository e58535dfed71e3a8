// Databases for tests: embedded ones, and databases on the server at TEST_DATABASE_URL. A test removes its database;
// embedded ones that it does not remove are deleted with the folder TEST_TEMP.
import { randomUUID } from 'node:crypto';
import { cpSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe } from '@jest/globals';
import { CLUSTER } from 'chassis/postgres/settings';
import { Client } from 'pg';

/** A database for one test, with the settings that a service needs to open it. */
export interface TestDatabase {
  readonly settings: { readonly DATA_DIR: string; readonly DATABASE_URL?: string };
  readonly remove: () => Promise<void>;
}

const SERVER = process.env['TEST_DATABASE_URL'];

function fromSetup(name: 'TEST_TEMP' | 'TEST_CLUSTER'): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set; scripts/jest/setup.ts sets it`);
  return value;
}

/** Makes an empty folder. */
export const emptyFolder = (): Promise<string> => mkdtemp(join(fromSetup('TEST_TEMP'), 'data-'));

/** Makes an embedded database without tables, as a copy of the cluster that scripts/jest/setup.ts makes. */
export async function embeddedDatabase(): Promise<TestDatabase> {
  const folder = await emptyFolder();
  cpSync(fromSetup('TEST_CLUSTER'), join(folder, CLUSTER), { recursive: true });
  return {
    settings: { DATA_DIR: folder },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function onServer(statement: string, url = SERVER): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Makes a database without tables on the server at TEST_DATABASE_URL, whose user may create databases. */
export const serverDatabase = (): Promise<TestDatabase> => newOnServer('');

/** Copies a database on the server, as a restore from a backup does. No client may be connected to the original. */
export const backupOf = ({ settings }: TestDatabase): Promise<TestDatabase> =>
  newOnServer(`template ${new URL(settings.DATABASE_URL!).pathname.slice(1)}`);

/** Runs a statement, as psql does. */
export const execute = ({ settings }: TestDatabase, statement: string): Promise<void> =>
  onServer(statement, settings.DATABASE_URL);

async function newOnServer(options: string): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await onServer(`create database ${name} ${options}`);
  const url = new URL(SERVER!);
  url.pathname = `/${name}`;
  return {
    settings: { DATABASE_URL: url.href, DATA_DIR: fromSetup('TEST_TEMP') },
    remove: () => onServer(`drop database ${name} with (force)`),
  };
}

/** Makes a role on the server that owns nothing, and returns the settings of a service that connects as this role. */
export async function serviceRole(database: TestDatabase) {
  const name = `service_${randomUUID().replaceAll('-', '')}`;
  await onServer(`create role ${name} login password 'service'`);
  const { DATABASE_URL, DATA_DIR } = database.settings;
  const url = new URL(DATABASE_URL!);
  url.username = name;
  url.password = 'service';
  return {
    settings: { DATABASE_URL: url.href, DATABASE_OWNER_URL: DATABASE_URL!, DATA_DIR },
    async remove() {
      await database.remove();
      await onServer(`drop role ${name}`);
    },
  };
}

/** Describes a suite that needs a server. Without TEST_DATABASE_URL it is skipped, with the reason in its name. */
export const describeOnServer = (name: string, suite: () => void): void => {
  if (SERVER === undefined) describe.skip(`${name} (needs TEST_DATABASE_URL)`, suite);
  else describe(name, suite);
};

/** Describes the same suite on both kinds of database. */
export function describeOnBoth(
  name: string,
  suite: (newDatabase: () => Promise<TestDatabase>) => void,
): void {
  describe(`${name}, embedded`, () => suite(embeddedDatabase));
  describeOnServer(`${name}, on a server`, () => suite(serverDatabase));
}
