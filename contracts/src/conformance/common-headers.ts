// Headers that an answer may have although its document does not list them there.
import type { DocumentName } from '../document.ts';

/** Headers that HTTP itself adds. */
const http = [
  'connection',
  'content-length',
  'content-type',
  'date',
  'deprecation',
  'keep-alive',
  'sunset',
  'transfer-encoding',
];

/** Headers of the gateway: rules for browsers, cookies of a refreshed session, compression, and CORS with its Vary. */
const gateway = [
  'access-control-allow-credentials',
  'access-control-allow-headers',
  'access-control-allow-methods',
  'access-control-allow-origin',
  'access-control-expose-headers',
  'access-control-max-age',
  'content-encoding',
  'content-security-policy',
  'cross-origin-resource-policy',
  'referrer-policy',
  'set-cookie',
  'strict-transport-security',
  'vary',
  'x-frame-options',
];

/**
 * The common headers of a service, in lower case. The gateway's document names them in its description; where it lists
 * one of them for an answer, the header must match.
 */
export const commonHeaders = (name: DocumentName): ReadonlySet<string> =>
  new Set(name === 'gateway' ? [...http, ...gateway] : http);
