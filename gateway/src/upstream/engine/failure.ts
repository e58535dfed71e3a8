// Every kind of failure of an upstream: a closed table from kind to problem, Proxy-Status and policy.
import type { ProblemSlug } from 'chassis/http/problem';

interface FailureKindDescriptor {
  /** The problem that the client gets when the failed part was required. */
  readonly slug: Extract<
    ProblemSlug,
    'upstream-invalid' | 'upstream-unavailable' | 'upstream-timeout'
  >;
  /** The error type of RFC 9209, section 2.3; null when no type fits, or `received-status` is enough. */
  readonly proxyError: string | null;
  /** Whether the breaker counts a failure. */
  readonly trips: boolean;
  /** Whether a retry at once makes sense: it fails quickly, and is probably gone at the next attempt. */
  readonly retry: boolean;
  /** Whether the attempt was sent. */
  readonly sent: boolean;
}

const noRetry = { trips: true, retry: false, sent: true } as const;
const retryable = { trips: true, retry: true, sent: true } as const;
const notSent = { trips: false, retry: false, sent: false } as const;

/** The table. docs/failures.md explains each row; a test compares them. */
export const failureKinds = {
  refused: { slug: 'upstream-unavailable', proxyError: 'connection_refused', ...retryable },
  unresolved: { slug: 'upstream-unavailable', proxyError: 'dns_error', ...noRetry },
  unroutable: { slug: 'upstream-unavailable', proxyError: 'destination_ip_unroutable', ...noRetry },
  'connect-timeout': { slug: 'upstream-timeout', proxyError: 'connection_timeout', ...noRetry },
  untrusted: { slug: 'upstream-invalid', proxyError: 'tls_certificate_error', ...noRetry },
  tls: { slug: 'upstream-invalid', proxyError: 'tls_protocol_error', ...noRetry },
  timeout: { slug: 'upstream-timeout', proxyError: 'http_response_timeout', ...noRetry },
  terminated: { slug: 'upstream-invalid', proxyError: 'connection_terminated', ...retryable },
  incomplete: { slug: 'upstream-invalid', proxyError: 'http_response_incomplete', ...retryable },
  'too-large': { slug: 'upstream-invalid', proxyError: 'http_response_body_size', ...noRetry },
  'headers-too-large': {
    slug: 'upstream-invalid',
    proxyError: 'http_response_header_section_size',
    ...noRetry,
  },
  protocol: { slug: 'upstream-invalid', proxyError: 'http_protocol_error', ...noRetry },
  encoding: { slug: 'upstream-invalid', proxyError: 'http_response_content_coding', ...noRetry },
  nonsense: { slug: 'upstream-invalid', proxyError: 'http_protocol_error', ...noRetry },
  'server-error': { slug: 'upstream-invalid', proxyError: null, ...retryable },
  unavailable: { slug: 'upstream-unavailable', proxyError: null, ...retryable },
  overloaded: { slug: 'upstream-unavailable', proxyError: null, ...noRetry, trips: false },
  throttled: { slug: 'upstream-unavailable', proxyError: null, ...noRetry, trips: false },
  rejected: { slug: 'upstream-invalid', proxyError: null, ...noRetry, trips: false },
  open: { slug: 'upstream-unavailable', proxyError: 'destination_unavailable', ...notSent },
  // This key failed before, while others worked.
  quarantined: { slug: 'upstream-unavailable', proxyError: 'destination_unavailable', ...notSent },
  busy: { slug: 'upstream-unavailable', proxyError: 'connection_limit_reached', ...notSent },
  // All callers were cancelled: no client sees this, and it says nothing about the upstream.
  left: { slug: 'upstream-unavailable', proxyError: null, ...notSent, sent: true },
} as const satisfies Record<string, FailureKindDescriptor>;

export type FailureKind = keyof typeof failureKinds;
export type UpstreamName = 'identity' | 'social';

/** An expected failure of an upstream. Every other error is a bug of ours. */
export class UpstreamFailure extends Error {
  override readonly name = 'UpstreamFailure';
  readonly upstream: UpstreamName;
  readonly kind: FailureKind;
  /** Seconds after which another attempt makes sense. */
  readonly retryAfterS: number;
  /** The upstream itself asked for that wait, with Retry-After. */
  readonly hasRetryAfter: boolean;
  /** The status of the response, if it was unexpected. */
  readonly receivedStatus: number | undefined;
  /** True for a write that was sent and whose response was lost: it may have been done. */
  readonly uncertain: boolean;

  constructor(
    upstream: UpstreamName,
    kind: FailureKind,
    details: {
      status?: number | undefined;
      retryAfterS?: number | undefined;
      hasRetryAfter?: boolean;
      cause?: unknown;
      uncertain?: boolean;
    } = {},
  ) {
    super(`${upstream}: ${kind}`, { cause: details.cause });
    this.upstream = upstream;
    this.kind = kind;
    this.retryAfterS = details.retryAfterS ?? 1;
    this.hasRetryAfter = details.hasRetryAfter ?? false;
    this.receivedStatus = details.status;
    this.uncertain = details.uncertain ?? false;
  }

  get descriptor(): FailureKindDescriptor {
    return failureKinds[this.kind];
  }
}

/** A member of Proxy-Status (RFC 9209), such as `identity; error=connection_refused`, with the status if there is one. */
export function proxyMember({ upstream, descriptor, receivedStatus }: UpstreamFailure): string {
  const error = descriptor.proxyError === null ? '' : `; error=${descriptor.proxyError}`;
  const status = receivedStatus === undefined ? '' : `; received-status=${receivedStatus}`;
  return `${upstream}${error}${status}`;
}

/** The kind of failure for a status that the endpoint does not expect. */
export function kindOfStatus(status: number): FailureKind {
  if (status === 503) return 'unavailable';
  if (status === 429) return 'throttled';
  if (status >= 500) return 'server-error';
  return status >= 400 ? 'rejected' : 'nonsense';
}

/** The kind of a failure; `bug` for any other error. */
export const kindOfThrown = (error: unknown): FailureKind | 'bug' =>
  error instanceof UpstreamFailure ? error.kind : 'bug';
