// The gateway's settings: names, units, ranges, one schema. The README's table equals it, by a test.
import { trustedProxies } from 'chassis/settings/trusted-proxies';
import {
  choice,
  commonSettings,
  flag,
  httpOrigin,
  integer,
  milliseconds,
  z,
} from 'chassis/settings/settings';
import type { SettingMeta } from 'chassis/settings/settings';

/** Web origins, separated by commas; none when left out. */
const origins = (about: string) =>
  z
    .string()
    .transform((text) => new Set(text.split(',').map((word) => word.trim())))
    .refine((all) => [...all].every((word) => /^https?:/.test(word) && originOf(word) === word))
    .default(new Set())
    .meta({
      about,
      expected: 'a list such as https://app.example.com,https://admin.example.com',
      fallback: '',
    } satisfies SettingMeta);

const originOf = (text: string): string | undefined => URL.parse(text)?.origin;

export const settings = z.object({
  ...commonSettings({ public: 8080, admin: 9080 }),
  IDENTITY_URL: httpOrigin('http://127.0.0.1:8081', 'Where Identity is.'),
  SOCIAL_URL: httpOrigin('http://127.0.0.1:8082', 'Where Social is.'),
  CORS_ORIGINS: origins('Origins of pages that may act for their users here, beside our own.'),
  TRUST_PROXY: trustedProxies(
    'none',
    'Whose X-Forwarded-For says which address a client has: the balancers in front.',
  ),
  AUTHOR_STRATEGY: choice(
    ['aggregate', 'replica', 'hybrid'],
    'hybrid',
    'Where authors come from: asked of Identity, taken from the copy in Social, or the copy when Identity fails.',
  ),
  FOLLOW_LOG: flag(
    true,
    'Whether an event of Identity’s log refreshes an author at once; without it, only time does. Not with replica.',
  ),
  // Below the 15 s after which a silent connection is closed.
  REQUEST_DEADLINE_MS: milliseconds(2000, 'The most that a request may take, in milliseconds.', {
    max: 10_000,
  }),
  AUTHOR_DEADLINE_MS: milliseconds(
    300,
    'The most that a request waits for its authors, or for a user, in milliseconds.',
  ),
  AUTHOR_TTL_MS: milliseconds(
    30_000,
    'How long an author is fresh, in milliseconds; 0 turns freshness off.',
    { min: 0 },
  ),
  AUTHOR_ABSENT_TTL_MS: milliseconds(5000, 'The same for "there is no such user".', { min: 0 }),
  AUTHOR_STALE_MS: milliseconds(
    300_000,
    'How much longer an author may stand in while Identity fails.',
    { min: 0 },
  ),
  AUTHOR_CACHE_ENTRIES: integer(100_000, 'The most authors that are remembered.', {
    min: 1,
    max: 10_000_000,
  }),
  POST_TTL_MS: milliseconds(
    1000,
    'How long a post is fresh, with replica its author’s name too, in milliseconds; 0: never.',
    { min: 0 },
  ),
  POST_CACHE_BYTES: integer(33_554_432, 'The most memory for remembered posts, in bytes.', {
    min: 65_536,
  }),
  BREAKER_RESET_MS: milliseconds(
    5000,
    'How long a breaker stays open before it lets one probe through.',
  ),
  BREAKER_ERROR_PERCENT: integer(50, 'Share of failed attempts that opens a breaker.', {
    min: 1,
    max: 100,
  }),
  BREAKER_VOLUME: integer(5, 'Attempts within 10 s before a breaker may open.', {
    min: 1,
    max: 100_000,
  }),
  MAX_IN_FLIGHT: integer(1000, 'Requests at once; what comes beyond is refused with 503.', {
    min: 1,
    max: 100_000,
  }),
  UPSTREAM_CONNECTIONS: integer(
    64,
    'Connections, and so attempts at once, to each upstream; one more to Identity for its log.',
    { min: 1, max: 10_000 },
  ),
  UPSTREAM_MAX_BYTES: integer(
    1_048_576,
    'The largest answer about one thing, in bytes; a list may be four times as large.',
    {
      min: 1024,
      max: 268_435_456,
    },
  ),
});

export type Settings = Readonly<z.output<typeof settings>>;
