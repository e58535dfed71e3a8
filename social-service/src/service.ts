// The whole service, from an environment to two listeners.
import { createAuthenticator, createVerifier } from 'chassis/access-token';
import { startDatabaseService } from 'chassis/database-service';
import type { Running } from 'chassis/process';
import { createRemoteKeys, fetchKeys } from 'chassis/remote-keys';
import { accessToken } from 'contracts/tokens';
import { createSocialApp } from './app.ts';
import { settings } from './config.ts';
import { keepCopy } from './copy/service.ts';
import { seed } from './demo.ts';
import { forgetOldKeys } from './idempotency.ts';
import { migrations } from './migrations/index.ts';
import type { Schema } from './schema.ts';

const HOUR_MS = 3_600_000;

/** @throws StartError for what a person has to mend: a wrong setting, a taken port, a data directory in use. */
export const start = (env: Readonly<Record<string, string | undefined>>): Promise<Running> =>
  startDatabaseService<Schema, typeof settings.shape>(
    {
      name: 'social-service',
      settings,
      migrations,
      seed,
      create(context) {
        const { db, log, settings: set } = context;
        const remote = createRemoteKeys(() => fetchKeys(set.IDENTITY_URL), 'at-once');
        const authenticate = createAuthenticator(createVerifier(remote.keys, accessToken));
        const copy = keepCopy(context);
        return {
          app: createSocialApp(db, log, authenticate),
          adminRoutes: copy.adminRoutes,
          readiness: copy.readiness,
          jobs: [
            ...copy.jobs,
            { name: 'old idempotency keys', everyMs: HOUR_MS, run: () => forgetOldKeys(db) },
          ],
          async close() {
            remote.close();
            await copy.close();
          },
        };
      },
    },
    env,
  );
