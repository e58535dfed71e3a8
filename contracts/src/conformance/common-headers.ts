// Headers that an answer may carry without its document listing them there.
import type { DocumentName } from '../document.ts';

/** What HTTP itself adds to an answer. */
const plain = [
  'connection',
  'content-length',
  'content-type',
  'date',
  'keep-alive',
  'transfer-encoding',
];

/** How a browser is to treat an answer of the gateway, the session that it refreshed by itself, and CORS with its Vary. */
const ofGateway = [
  'access-control-allow-credentials',
  'access-control-allow-headers',
  'access-control-allow-methods',
  'access-control-allow-origin',
  'access-control-expose-headers',
  'access-control-max-age',
  'content-security-policy',
  'cross-origin-resource-policy',
  'referrer-policy',
  'set-cookie',
  'strict-transport-security',
  'vary',
  'x-frame-options',
];

/** In lower case. The gateway's document names its own once, in its description; where it lists one, its word counts. */
export const commonHeaders = (name: DocumentName): ReadonlySet<string> =>
  new Set(name === 'gateway' ? [...plain, ...ofGateway] : plain);
