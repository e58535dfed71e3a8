// Every setting of this service; README.md has them as a table.
import { natsUrl } from 'chassis/events/nats/settings';
import { databaseSettings, noDemoInProduction } from 'chassis/postgres/settings';
import { trustedProxies } from 'chassis/settings/trusted-proxies';
import { commonSettings, integer, milliseconds, z } from 'chassis/settings/settings';

export const settings = z
  .object({
    ...commonSettings({ public: 8081, admin: 9081 }),
    ...databaseSettings('.data/identity'),
    NATS_URL: natsUrl(
      'The NATS servers to publish the log of users to. Without it, it is to be had here alone.',
    ),
    NATS_REPLICAS: integer(
      1,
      'On how many of those servers the stream is kept: 3 on a cluster of three. Raised later, too; never lowered.',
      { min: 1, max: 5 },
    ),
    SESSION_DAYS: integer(30, 'How long after its last refresh a session ends, in days.', {
      min: 1,
      max: 365,
    }),
    REFRESH_GRACE_MS: milliseconds(
      10_000,
      'How long a refresh token that was just used is answered once more, for two tabs that race.',
      { min: 0, max: 60_000 },
    ),
    SIGNING_KEY_DAYS: integer(30, 'How old a key gets before the next one takes over, in days.', {
      min: 1,
      max: 365,
    }),
    LOGIN_PER_ACCOUNT: integer(10, 'Wrong passwords for one account within LOGIN_WINDOW_S.', {
      min: 1,
      max: 100_000,
    }),
    LOGIN_PER_ADDRESS: integer(100, 'The same from one client address (IPv6: its /64).', {
      min: 1,
      max: 1_000_000,
    }),
    LOGIN_WINDOW_S: integer(900, 'How long a wrong password counts, in seconds.', {
      min: 1,
      max: 3600,
    }),
    TRUST_PROXY: trustedProxies(
      'loopback',
      'Whose X-Forwarded-For is believed when it says which address a client has.',
    ),
  })
  .refine(...noDemoInProduction);
