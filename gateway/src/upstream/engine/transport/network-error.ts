// Classifies errors of the operating system, the resolver, TLS and the HTTP parser.
import type { FailureKind, UpstreamFailure } from '../failure.ts';

const KINDS_BY_CODE: Readonly<Record<string, FailureKind>> = {
  ECONNREFUSED: 'refused',
  ENOTFOUND: 'unresolved',
  EAI_AGAIN: 'unresolved',
  EHOSTUNREACH: 'unroutable',
  ENETUNREACH: 'unroutable',
  ETIMEDOUT: 'connect-timeout',
  UND_ERR_CONNECT_TIMEOUT: 'connect-timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_OVERFLOW: 'headers-too-large',
  HPE_HEADER_OVERFLOW: 'headers-too-large',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'incomplete',
  HPE_INVALID_EOF_STATE: 'incomplete',
};

// OpenSSL's codes for a bad certificate (X509_V_ERR_*), and Node's for a host name that the certificate does not have.
const CERTIFICATE =
  /^(CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|INVALID_CA|HOSTNAME_MISMATCH|ERR_TLS_CERT_)/;

/**
 * The kind of failure for a network error, by its code or name, never by its class.
 * @param responding whether the head of the response has arrived already
 */
export function kindOfError(error: Error, responding: boolean): FailureKind {
  const code = 'code' in error ? String(error.code) : '';
  const known = KINDS_BY_CODE[code];
  if (known !== undefined) return known;
  // undici's parser errors have no code when the bytes are not HTTP at all.
  if (code.startsWith('HPE_') || error.name === 'HTTPParserError') return 'protocol';
  if (CERTIFICATE.test(code)) return 'untrusted';
  if (/^(ERR_SSL_|ERR_TLS_|EPROTO$)/.test(code)) return 'tls';
  return responding ? 'incomplete' : 'terminated';
}

/** Whether the connection ended before the response, on a socket that had read bytes of an earlier response. */
export function isStaleSocket({ kind, cause }: UpstreamFailure): boolean {
  const { socket } = (cause ?? {}) as { socket?: { bytesRead?: number } };
  return kind === 'terminated' && (socket?.bytesRead ?? 0) > 0;
}
