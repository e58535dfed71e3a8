// The gateway's settings: one schema with names, units and ranges. A test compares docs/settings.md with it.
import { commonSettings } from 'chassis/settings/common';
import { secretToken } from 'chassis/settings/secrets';
import { trustedProxies } from 'chassis/settings/trusted-proxies';
import { choice, flag, httpOrigin, integer, milliseconds, z } from 'chassis/settings/settings';
import { origin, origins } from 'chassis/settings/web-origins';

const perMinute = (fallback: number, about: string) =>
  integer(fallback, `${about}; 0 means any number.`, { max: 1_000_000_000 });

export const settings = z.object({
  ...commonSettings({ public: 8080, admin: 9080 }),
  IDENTITY_URL: httpOrigin('http://127.0.0.1:8081', 'Address of Identity.'),
  IDENTITY_FEED_TOKEN: secretToken(
    'The token with which the gateway reads the user event log and the ended sessions of Identity; one of FEED_TOKENS there.',
  ),
  SOCIAL_URL: httpOrigin('http://127.0.0.1:8082', 'Address of Social.'),
  SOCIAL_FEED_TOKEN: secretToken(
    'The token with which the gateway reads the social event log of Social; one of FEED_TOKENS there.',
  ),
  PUBLIC_ORIGIN: origin(
    'The origin of this gateway in browsers. Then only its pages may write with cookies, and Host does not decide whether cookies must be Secure.',
  ),
  CORS_ORIGINS: origins(
    'Origins, beside our own and of the same site, whose pages may send requests with cookies; a page of another site can have no session.',
  ),
  TRUST_PROXY: trustedProxies(
    'none',
    'Proxies whose X-Forwarded-For header is trusted, such as a load balancer.',
  ),
  WEB: choice(
    ['on', 'off'],
    'on',
    'Whether the web app is served at / and at every other address outside /api.',
  ),
  AUTHOR_STRATEGY: choice(
    ['aggregate', 'replica', 'hybrid'],
    'hybrid',
    'Source of authors: Identity, the replica in Social, or Identity with the replica as fallback.',
  ),
  FOLLOW_LOG: flag(
    true,
    'Whether the gateway follows what happens at Identity and Social: a new name invalidates the author, a change of a post the post, and the access tokens of a session that ended are refused, all within a second. Otherwise they expire by time only. No effect on authors with replica.',
  ),
  // Shorter than the 15 s after which the server closes a silent connection.
  REQUEST_DEADLINE_MS: milliseconds(2000, 'Longest time for a request, in milliseconds.', {
    max: 10_000,
  }),
  AUTHOR_DEADLINE_MS: milliseconds(
    300,
    'Longest wait for the authors of an answer, or for a user, in milliseconds.',
  ),
  AUTHOR_TTL_MS: milliseconds(
    30_000,
    'How long a cached author is fresh, in milliseconds; 0 means never.',
    { min: 0 },
  ),
  AUTHOR_ABSENT_TTL_MS: milliseconds(
    5000,
    'How long "there is no such user" is fresh, in milliseconds.',
    { min: 0 },
  ),
  AUTHOR_STALE_MS: milliseconds(
    300_000,
    'How long an author that is no longer fresh may be used while Identity fails, in milliseconds.',
    { min: 0 },
  ),
  AUTHOR_CACHE_ENTRIES: integer(100_000, 'Maximum number of authors in the cache.', {
    min: 1,
    max: 10_000_000,
  }),
  POST_TTL_MS: milliseconds(
    1000,
    'How long a cached post is fresh, in milliseconds; 0 means never. With replica, also its author.',
    { min: 0 },
  ),
  POST_CACHE_BYTES: integer(33_554_432, 'Maximum memory for cached posts, in bytes.', {
    min: 65_536,
  }),
  BREAKER_RESET_MS: milliseconds(
    5000,
    'How long a breaker stays open before it lets one probe through, in milliseconds.',
  ),
  BREAKER_ERROR_PERCENT: integer(50, 'Share of failed attempts that opens a breaker, in percent.', {
    min: 1,
    max: 100,
  }),
  BREAKER_VOLUME: integer(5, 'Minimum number of attempts within 10 s for a breaker to open.', {
    min: 1,
    max: 100_000,
  }),
  MAX_IN_FLIGHT: integer(
    1000,
    'Ceiling of the limit on requests in flight, which finds itself; further requests are refused with 503.',
    { min: 1, max: 100_000 },
  ),
  REQUESTS_PER_ADDRESS: perMinute(
    30_000,
    'Requests that a client address (IPv6: its /64) may send to one gateway within a minute',
  ),
  REQUESTS_PER_USER: perMinute(
    6000,
    'Requests that a user who is logged in may send to one gateway within a minute',
  ),
  WRITES_PER_USER: perMinute(
    120,
    'Writes, such as posts and friend requests, that a user may send to one gateway within a minute',
  ),
  LIVE_STREAMS: integer(10_000, 'Maximum number of live streams of one gateway.', {
    min: 1,
    max: 1_000_000,
  }),
  LIVE_PER_USER: integer(10, 'Maximum number of live streams of a user at one gateway.', {
    min: 1,
    max: 100_000,
  }),
  LIVE_PER_ADDRESS: integer(
    200,
    'Maximum number of live streams of a client address (IPv6: its /64) at one gateway.',
    { min: 1, max: 1_000_000 },
  ),
  LIVE_QUEUE_BYTES: integer(
    262_144,
    'Most bytes that wait for a client that does not read its live stream, which is cut off then.',
    { min: 16_384, max: 16_777_216 },
  ),
  LIVE_HISTORY_EVENTS: integer(
    10_000,
    'Newest events of each log from which a live stream resumes; a client that has missed more loads its screen anew.',
    { max: 1_000_000 },
  ),
  UPSTREAM_CONNECTIONS: integer(
    64,
    'Maximum number of connections to each upstream, and so of attempts in flight. Each has two more for what the gateway follows, and a quarter more for log-ins and other writes that hash a password.',
    { min: 1, max: 10_000 },
  ),
  UPSTREAM_MAX_AGE_MS: milliseconds(
    30_000,
    'How old a connection to an upstream gets, in milliseconds: after that, its name is resolved again.',
    { min: 100 },
  ),
  UPSTREAM_MAX_BYTES: integer(
    1_048_576,
    'Maximum size of a response with one resource, in bytes; a list may be four times as large.',
    { min: 1024, max: 268_435_456 },
  ),
});

export type Settings = Readonly<z.output<typeof settings>>;
