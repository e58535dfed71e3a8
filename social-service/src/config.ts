// All settings of this service; docs/settings.md lists them in a table.
import { commonSettings } from 'chassis/settings/common';
import { secretToken, secretTokens } from 'chassis/settings/secrets';
import { natsCertificateWithKey, natsSettings, oneNatsLogin } from 'chassis/events/nats/settings';
import { databaseSettings, noDemoInProduction } from 'chassis/postgres/settings';
import { httpOrigin, integer, z } from 'chassis/settings/settings';

export const settings = z
  .object({
    ...commonSettings({ public: 8082, admin: 9082 }),
    ...databaseSettings('.data/social'),
    IDENTITY_URL: httpOrigin(
      'http://127.0.0.1:8081',
      'Address of Identity: Social verifies access tokens with its keys, and consumes its user event log.',
    ),
    IDENTITY_FEED_TOKEN: secretToken(
      'The token with which Social reads the user event log and the ended sessions of Identity; one of FEED_TOKENS there.',
    ),
    ...natsSettings(
      'NATS servers to consume the user event log from. Without it, Social consumes the log from IDENTITY_URL.',
    ),
    FEED_TOKENS: secretTokens(
      'Who may read the social event log over HTTP: names of readers, each with its token. Without it, only clients on this machine may.',
    ),
    SOCIAL_LOG_DAYS: integer(
      7,
      'Age at which events of the social event log are deleted, in days.',
      {
        min: 1,
        max: 3650,
      },
    ),
    POSTS_PER_MINUTE: integer(
      30,
      'Posts that a user may write or change within a minute, at one instance of Social.',
      { min: 1, max: 1_000_000 },
    ),
  })
  .refine(...noDemoInProduction)
  .refine(...oneNatsLogin)
  .refine(...natsCertificateWithKey);
