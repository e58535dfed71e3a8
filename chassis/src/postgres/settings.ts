// The settings of a process that keeps data.
import { flag, integer, postgresUrl, text } from '../settings/settings.ts';

/** @param dataDir the default of DATA_DIR */
export const databaseSettings = (dataDir: string) => ({
  DATABASE_URL: postgresUrl(
    'The PostgreSQL server to keep the data on. Without it the data is kept in DATA_DIR.',
  ),
  DATA_DIR: text(
    dataDir,
    'Directory of the embedded database; one process at a time. Not used with DATABASE_URL.',
  ),
  DEMO_DATA: flag(false, 'Whether an empty database is filled with demo data at the start.').meta({
    about: 'Whether an empty database is filled with demo data at the start.',
    expected: 'true or false, and not true when NODE_ENV is production',
    fallback: 'false',
  }),
  NODE_ENV: text('development', '`production` refuses demo data.'),
  MAX_IN_FLIGHT: integer(1000, 'Requests served at once; what comes beyond is refused with 503.', {
    min: 1,
  }),
});

/** No demo data in production, as arguments of an object's `refine`: `z.object({…}).refine(...noDemoInProduction)`. */
export const noDemoInProduction: [
  check: (all: { readonly DEMO_DATA: boolean; readonly NODE_ENV: string }) => boolean,
  options: { path: PropertyKey[]; when: () => boolean },
] = [
  (all) => !(all.DEMO_DATA && all.NODE_ENV === 'production'),
  // `when`: also when another setting is wrong, for all faults are told at once.
  { path: ['DEMO_DATA'], when: () => true },
];
