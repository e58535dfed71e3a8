// Every way in which an upstream can fail: one closed table from kind to status, to Proxy-Status, and to policy.
import type { ProblemSlug } from 'chassis/http/problem';

interface FailureKindFacts {
  /** The problem that the client sees when the failed part was required. */
  readonly slug: Extract<
    ProblemSlug,
    'upstream-invalid' | 'upstream-unavailable' | 'upstream-timeout'
  >;
  /** The error type of RFC 9209, section 2.3; null when `received-status` tells it all. */
  readonly proxyError: string | null;
  /** Counts as a failure for the breaker. */
  readonly trips: boolean;
  /** Worth one more try at once: it is quick to fail, and likely to be gone the next time. */
  readonly retry: boolean;
  /** The attempt really went out. */
  readonly asked: boolean;
}

const out = { trips: true, retry: false, asked: true } as const;
const quick = { trips: true, retry: true, asked: true } as const;
const kept = { trips: false, retry: false, asked: false } as const;

/** The table. docs/failures.md explains each row; a test compares them. */
export const failureKinds = {
  refused: { slug: 'upstream-unavailable', proxyError: 'connection_refused', ...quick },
  unresolved: { slug: 'upstream-unavailable', proxyError: 'dns_error', ...out },
  unroutable: { slug: 'upstream-unavailable', proxyError: 'destination_ip_unroutable', ...out },
  'connect-timeout': { slug: 'upstream-timeout', proxyError: 'connection_timeout', ...out },
  untrusted: { slug: 'upstream-invalid', proxyError: 'tls_certificate_error', ...out },
  tls: { slug: 'upstream-invalid', proxyError: 'tls_protocol_error', ...out },
  timeout: { slug: 'upstream-timeout', proxyError: 'http_response_timeout', ...out },
  terminated: { slug: 'upstream-invalid', proxyError: 'connection_terminated', ...quick },
  incomplete: { slug: 'upstream-invalid', proxyError: 'http_response_incomplete', ...quick },
  'too-large': { slug: 'upstream-invalid', proxyError: 'http_response_body_size', ...out },
  'headers-too-large': {
    slug: 'upstream-invalid',
    proxyError: 'http_response_header_section_size',
    ...out,
  },
  protocol: { slug: 'upstream-invalid', proxyError: 'http_protocol_error', ...out },
  encoding: { slug: 'upstream-invalid', proxyError: 'http_response_content_coding', ...out },
  nonsense: { slug: 'upstream-invalid', proxyError: 'http_protocol_error', ...out },
  'server-error': { slug: 'upstream-invalid', proxyError: null, ...quick },
  unavailable: { slug: 'upstream-unavailable', proxyError: null, ...quick },
  throttled: { slug: 'upstream-unavailable', proxyError: null, ...out, trips: false },
  rejected: { slug: 'upstream-invalid', proxyError: null, ...out, trips: false },
  open: { slug: 'upstream-unavailable', proxyError: 'destination_unavailable', ...kept },
  busy: { slug: 'upstream-unavailable', proxyError: 'connection_limit_reached', ...kept },
  // The client went away: nobody hears of it, and it says nothing about the upstream.
  left: { slug: 'upstream-unavailable', proxyError: null, ...kept, asked: true },
} as const satisfies Record<string, FailureKindFacts>;

export type FailureKind = keyof typeof failureKinds;
export type UpstreamName = 'identity' | 'social';

/** An expected failure of an upstream; whatever else is thrown is a bug of ours. */
export class UpstreamFailure extends Error {
  override readonly name = 'UpstreamFailure';
  readonly upstream: UpstreamName;
  readonly kind: FailureKind;
  /** Seconds after which another attempt makes sense. */
  readonly retryAfterS: number;
  /** The status of the answer, when there was one that was not wanted. */
  readonly receivedStatus: number | undefined;
  /** A write that left, and whose answer was lost: it may have been done. */
  readonly uncertain: boolean;

  constructor(
    upstream: UpstreamName,
    kind: FailureKind,
    details: {
      status?: number | undefined;
      retryAfterS?: number;
      cause?: unknown;
      uncertain?: boolean;
    } = {},
  ) {
    super(`${upstream}: ${kind}`, { cause: details.cause });
    this.upstream = upstream;
    this.kind = kind;
    this.retryAfterS = details.retryAfterS ?? 1;
    this.receivedStatus = details.status;
    this.uncertain = details.uncertain ?? false;
  }

  get facts(): FailureKindFacts {
    return failureKinds[this.kind];
  }
}

/** `identity; error=connection_refused` (RFC 9209), or the status that was received when no error type of the RFC says it. */
export function proxyMember({ upstream, facts, receivedStatus }: UpstreamFailure): string {
  const error = facts.proxyError === null ? '' : `; error=${facts.proxyError}`;
  const status = receivedStatus === undefined ? '' : `; received-status=${receivedStatus}`;
  return `${upstream}${error}${status}`;
}

/** The kind of failure that an undeclared status is. */
export function kindOfStatus(status: number): FailureKind {
  if (status === 503) return 'unavailable';
  if (status === 429) return 'throttled';
  if (status >= 500) return 'server-error';
  return status >= 400 ? 'rejected' : 'nonsense';
}
