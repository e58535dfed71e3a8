// Every setting of this service; README.md has them as a table.
import { databaseSettings, noDemoInProduction } from 'chassis/postgres-settings';
import { commonSettings, z } from 'chassis/settings';

export const settings = z
  .object({
    ...commonSettings({ public: 8082, admin: 9082 }),
    ...databaseSettings('.data/social'),
  })
  .refine(...noDemoInProduction);
