// Every setting of this service; README.md has them as a table.
import { natsUrl } from 'chassis/events/nats/settings';
import { databaseSettings, noDemoInProduction } from 'chassis/postgres/settings';
import { commonSettings, httpOrigin, z } from 'chassis/settings/settings';

export const settings = z
  .object({
    ...commonSettings({ public: 8082, admin: 9082 }),
    ...databaseSettings('.data/social'),
    IDENTITY_URL: httpOrigin(
      'http://127.0.0.1:8081',
      'Where Identity is: access tokens are checked with its keys, and its log of users is read.',
    ),
    NATS_URL: natsUrl(
      'The NATS servers to have the log of users from. Without it, it comes from IDENTITY_URL.',
    ),
  })
  .refine(...noDemoInProduction);
