// The settings of a process that stores data.
import { flag, integer, postgresUrl, text } from '../settings/settings.ts';

/** Folder of the embedded database's files, inside DATA_DIR. */
export const CLUSTER = 'postgres';

/** @param dataDir the default of DATA_DIR */
export const databaseSettings = (dataDir: string) => ({
  DATABASE_URL: postgresUrl(
    'URL of the PostgreSQL server that stores the data. Without it, an embedded database stores the data in DATA_DIR.',
  ),
  DATABASE_OWNER_URL: postgresUrl(
    'URL of the same database for the role that owns its tables, which runs the migrations. Then the role of DATABASE_URL may only read and write rows. Without it, the role of DATABASE_URL owns the tables.',
  ),
  DATA_DIR: text(
    dataDir,
    'Directory of the embedded database, for one process at a time. Ignored when DATABASE_URL is set.',
  ),
  DEMO_DATA: flag(false, 'Whether an empty database is filled with demo data at the start.').meta({
    about: 'Whether an empty database is filled with demo data at the start.',
    expected: 'true or false, and not true when NODE_ENV is production',
    fallback: 'false',
  }),
  MAX_IN_FLIGHT: integer(
    1000,
    'Ceiling of the limit on requests in flight, which finds itself; further requests are refused with 503.',
    {
      min: 1,
    },
  ),
});

/** Refuses demo data in production. Arguments of `refine`: `z.object({…}).refine(...noDemoInProduction)`. */
export const noDemoInProduction: [
  check: (all: { readonly DEMO_DATA: boolean; readonly NODE_ENV: string }) => boolean,
  options: { path: PropertyKey[]; when: () => boolean },
] = [
  (all) => !(all.DEMO_DATA && all.NODE_ENV === 'production'),
  // `when`: zod checks it even if another setting is wrong, so that all faults are reported at once.
  { path: ['DEMO_DATA'], when: () => true },
];
