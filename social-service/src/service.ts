// Starts the service: reads the settings and opens the database and both listeners.
import { startDatabaseService } from 'chassis/process/database-service';
import { loadDocument } from 'contracts/document';
import type { Running } from 'chassis/process/process';
import { settings } from './config.ts';
import { seed } from './demo.ts';
import { migrations } from './migrations/index.ts';
import type { Schema } from './schema.ts';
import { wire } from './wire/wire.ts';

const { version } = loadDocument('social').info;

/** @throws StartupError for a wrong setting, a port in use, or a data directory in use */
export const start = (env: Readonly<Record<string, string | undefined>>): Promise<Running> =>
  startDatabaseService<Schema, typeof settings.shape>(
    { name: 'social-service', version, settings, migrations, seed, create: wire },
    env,
  );
