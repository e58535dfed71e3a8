// An empty database for a measurement: on the server at DATABASE_URL, or an embedded one.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from 'chassis/observability/log';
import { openServer } from 'chassis/postgres/server';
import { sql } from 'kysely';

/** The settings of a service that opens the database. */
export type DatabaseSettings = { readonly DATABASE_URL: string } | { readonly DATA_DIR: string };

export interface TemporaryDatabase {
  readonly settings: DatabaseSettings;
  /** Drops the database. Nothing may use it any more, unless it is on a server. */
  readonly remove: () => Promise<void>;
}

/** @param name the beginning of the database's name */
export const createDatabase = (name: string): Promise<TemporaryDatabase> => {
  const url = process.env['DATABASE_URL'];
  return url === undefined || url === '' ? createEmbedded(name) : createOnServer(name, url);
};

async function createOnServer(prefix: string, url: string): Promise<TemporaryDatabase> {
  const server = openServer(url, createLogger(prefix, 'warn'));
  const name = `${prefix.replaceAll('-', '_')}_${randomUUID().replaceAll('-', '')}`;
  await server.withMaintenance((db) => sql`create database ${sql.ref(name)}`.execute(db));
  const databaseUrl = new URL(url);
  databaseUrl.pathname = `/${name}`;
  return {
    settings: { DATABASE_URL: databaseUrl.href },
    async remove() {
      await server.withMaintenance((db) =>
        sql`drop database ${sql.ref(name)} with (force)`.execute(db),
      );
      await server.close();
    },
  };
}

async function createEmbedded(prefix: string): Promise<TemporaryDatabase> {
  const folder = await mkdtemp(join(tmpdir(), `${prefix}-`));
  return {
    settings: { DATA_DIR: folder },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
