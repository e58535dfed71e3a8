// All settings of this service; docs/settings.md lists them in a table.
import { commonSettings } from 'chassis/settings/common';
import { secretTokens } from 'chassis/settings/secrets';
import { natsCertificateWithKey, natsSettings, oneNatsLogin } from 'chassis/events/nats/settings';
import { MAX_TOKEN_LIFETIME_S } from 'contracts/tokens';
import { databaseSettings, noDemoInProduction } from 'chassis/postgres/settings';
import { trustedProxies } from 'chassis/settings/trusted-proxies';
import { integer, type SettingMeta, z } from 'chassis/settings/settings';

/** A list of usernames, separated by commas. */
const names = (fallback: string, about: string) =>
  z
    .string()
    .transform((text) => text.split(',').map((word) => word.trim()))
    .refine((list) => list.every((word) => /^\w{3,30}$/.test(word)))
    .default(fallback.split(','))
    .meta({
      about,
      expected: 'a list such as admin,support',
      fallback,
    } satisfies SettingMeta);

const KEY_SECRET = String.raw`(none|[\w-]{43})`;

const keySecret = (word: string): 'none' | Uint8Array =>
  word === 'none' ? word : Buffer.from(word, 'base64url');

/** The secrets that encrypt stored signing keys; plain text when left out, which production refuses. */
const keySecrets = z
  .string()
  .regex(new RegExp(`^${KEY_SECRET}(,${KEY_SECRET}){0,9}$`))
  .transform((list) => {
    const [first = '', ...others] = list.split(',');
    return [keySecret(first), ...others.map(keySecret)] as const;
  })
  .optional()
  .meta({
    about:
      'Encrypts the private signing keys in the database. Several: the first one encrypts, the others read what they encrypted. `none` stores them as plain text, as in development.',
    expected: '32 bytes in base64url, or none; with a value when NODE_ENV is production',
    fallback: '',
    secret: true,
  } satisfies SettingMeta);

export const settings = z
  .object({
    ...commonSettings({ public: 8081, admin: 9081 }),
    ...databaseSettings('.data/identity'),
    ...natsSettings(
      'NATS servers to publish the user event log to. Without it, only this service serves the log.',
    ),
    NATS_REPLICAS: integer(
      1,
      'Number of NATS servers that store the stream: 3 on a cluster of three. A higher value also raises an existing stream; a lower value never lowers it.',
      { min: 1, max: 5 },
    ),
    FEED_TOKENS: secretTokens(
      'Who may read the user event log, and the list of sessions that ended, over HTTP: names of readers, each with its token. Without it, only clients on this machine may.',
    ),
    COMPACT_EVERY_H: integer(
      24,
      'Hours between two compactions of the user event log, which delete the old names of users and the names of deleted users; 0 for never.',
      { max: 8760 },
    ),
    SESSION_DAYS: integer(30, 'Days after its last refresh until a session expires.', {
      min: 1,
      max: 365,
    }),
    SESSION_MAX_DAYS: integer(
      180,
      'Days after its log-in until a session expires, however often it is refreshed.',
      { min: 1, max: 3650 },
    ),
    SESSIONS_PER_USER: integer(
      50,
      'Maximum number of sessions of a user; a further log-in ends the session that was refreshed longest ago.',
      { min: 1, max: 100_000 },
    ),
    ACCESS_TOKEN_S: integer(
      MAX_TOKEN_LIFETIME_S,
      'How long an access token is valid, in seconds. Less ends the access of a stolen token, or of an ended session, sooner, and sessions are refreshed more often.',
      { min: 1, max: MAX_TOKEN_LIFETIME_S },
    ),
    SIGNING_KEY_DAYS: integer(
      30,
      'Age at which a new signing key replaces the current one, in days.',
      {
        min: 1,
        max: 365,
      },
    ),
    SIGNING_KEY_SECRET: keySecrets,
    LOGIN_PER_ACCOUNT: integer(
      10,
      'Wrong passwords allowed for one account within LOGIN_WINDOW_S; as many for each device that has logged in before.',
      {
        min: 1,
        max: 100_000,
      },
    ),
    LOGIN_PER_ADDRESS: integer(
      100,
      'Wrong passwords allowed from one client address (IPv6: its /64) within LOGIN_WINDOW_S.',
      {
        min: 1,
        max: 1_000_000,
      },
    ),
    LOGIN_WINDOW_S: integer(900, 'How long a wrong password counts, in seconds.', {
      min: 1,
      max: 3600,
    }),
    REGISTRATIONS_PER_HOUR: integer(
      20,
      'Registrations allowed from one client address (IPv6: its /64) within an hour, also those of names and e-mails that are taken.',
      { min: 1, max: 1_000_000 },
    ),
    NAME_CHANGES_PER_DAY: integer(
      5,
      'Changes of the name or the e-mail allowed to one user within 24 hours.',
      { min: 1, max: 1_000_000 },
    ),
    RESERVED_NAMES: names(
      'admin,administrator,root,support,help,helpdesk,security,abuse,moderator,staff,team,system,sysadmin,official,operator,postmaster,webmaster,hostmaster,info,contact,noreply,everyone,null,undefined',
      'Names that nobody can take, whatever their case, digits and underscores. Users who have one keep it.',
    ),
    TRUST_PROXY: trustedProxies('loopback', 'Proxies whose X-Forwarded-For header is trusted.'),
  })
  .refine(...noDemoInProduction)
  .refine(...oneNatsLogin)
  .refine(...natsCertificateWithKey)
  // Whoever sees a backup must not be able to sign.
  .refine(
    ({ SIGNING_KEY_SECRET: secret, NODE_ENV }) => secret !== undefined || NODE_ENV !== 'production',
    { path: ['SIGNING_KEY_SECRET'], when: () => true },
  );
