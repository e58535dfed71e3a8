// What the operating system, the resolver and the HTTP parser call an error, in our words.
import type { FailureKind } from './failure.ts';

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

/** The kind of failure that a network error is: told by its code or name, never by its class. @param answering the head of the answer was there already */
export function kindOfError(error: Error, answering: boolean): FailureKind {
  const code = 'code' in error ? String(error.code) : '';
  const known = KINDS_BY_CODE[code];
  if (known !== undefined) return known;
  // undici's parser errors come without their code when the bytes are no HTTP at all.
  if (code.startsWith('HPE_') || error.name === 'HTTPParserError') return 'protocol';
  return answering ? 'incomplete' : 'terminated';
}
