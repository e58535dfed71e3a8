// The whole service, from an environment to two listeners.
import { startDatabaseService } from 'chassis/process/database-service';
import type { Running } from 'chassis/process/process';
import { wire } from './wire/wire.ts';
import { settings } from './config.ts';
import { seed } from './demo.ts';
import { migrations } from './migrations/index.ts';
import type { Schema } from './schema.ts';

/** @throws StartError for what a person has to mend: a wrong setting, a taken port, a data directory in use. */
export const start = (env: Readonly<Record<string, string | undefined>>): Promise<Running> =>
  startDatabaseService<Schema, typeof settings.shape>(
    { name: 'identity-service', settings, migrations, seed, create: wire },
    env,
  );
