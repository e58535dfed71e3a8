// The closed list of failures: every kind has the promised status. test/documented-tables.test.ts compares docs/failures.md.
import { expect, test } from '@jest/globals';
import { problems } from 'chassis/http/problem';
import * as fc from 'fast-check';
import {
  failureKinds,
  kindOfStatus,
  UpstreamFailure,
  type FailureKind,
} from '../../src/upstream/engine/failure.ts';

const kinds = Object.keys(failureKinds) as FailureKind[];

// PRODUCT: an invalid response is a 502; an open breaker, or an upstream that is unavailable, a 503; a timeout, a 504.
const promised = {
  refused: 503,
  unresolved: 503,
  unroutable: 503,
  'connect-timeout': 504,
  timeout: 504,
  untrusted: 502,
  tls: 502,
  terminated: 502,
  incomplete: 502,
  'too-large': 502,
  'headers-too-large': 502,
  protocol: 502,
  encoding: 502,
  nonsense: 502,
  'server-error': 502,
  unavailable: 503,
  overloaded: 503,
  throttled: 503,
  rejected: 502,
  open: 503,
  quarantined: 503,
  busy: 503,
  left: 503,
} satisfies Record<FailureKind, number>;

test.each(kinds)('a required part that fails with %s has the promised status', (kind) => {
  expect(problems[failureKinds[kind].slug].status).toBe(promised[kind]);
});

// RFC 9209, section 2.3: the registered error types about reaching the next hop, or about its response.
const REGISTERED =
  /^(dns_(timeout|error)|destination_(not_found|unavailable|ip_prohibited|ip_unroutable)|connection_(refused|terminated|timeout|read_timeout|write_timeout|limit_reached)|tls_(protocol_error|certificate_error|alert_received)|http_response_(incomplete|header_section_size|header_size|body_size|trailer_section_size|trailer_size|transfer_coding|content_coding|timeout)|http_upgrade_failed|http_protocol_error)$/;

test.each(kinds)('the failure %s has an error type of RFC 9209, or none', (kind) => {
  const { proxyError } = failureKinds[kind];
  if (proxyError !== null) expect(proxyError).toMatch(REGISTERED);
});

test.each(kinds)(
  'the failure %s opens a breaker only if an attempt was sent, and is retried only if it opens breakers',
  (kind) => {
    const { sent, trips, retry } = failureKinds[kind];
    if (trips) expect(sent).toBe(true);
    if (retry) expect(trips).toBe(true);
  },
);

test.each([
  [429, 'throttled'],
  [503, 'unavailable'],
  [500, 'server-error'],
  [502, 'server-error'],
  [504, 'server-error'],
  [599, 'server-error'],
  [400, 'rejected'],
  [401, 'rejected'],
  [408, 'rejected'],
  [499, 'rejected'],
  [204, 'nonsense'],
  [206, 'nonsense'],
  [302, 'nonsense'],
])(
  'a response with the status %i that the contract does not name is the failure %s',
  (status, kind) => {
    expect(kindOfStatus(status)).toBe(kind);
  },
);

test('no unexpected 4xx opens a breaker, and every other unexpected status does', () => {
  fc.assert(
    fc.property(fc.integer({ min: 200, max: 599 }), (status) => {
      const { trips } = failureKinds[kindOfStatus(status)];
      expect(trips).toBe(status < 400 || status >= 500);
    }),
  );
});

test('the message of a failure names its upstream and kind, and no internals', () => {
  const cause = new Error('connect ECONNREFUSED 10.0.0.7:8081');
  const failure = new UpstreamFailure('identity', 'refused', { cause });
  expect(failure.message).toBe('identity: refused');
  expect(failure.descriptor).toBe(failureKinds.refused);
  expect(failure.receivedStatus).toBeUndefined();
  expect(JSON.stringify(failure)).not.toContain('10.0.0.7');
});
