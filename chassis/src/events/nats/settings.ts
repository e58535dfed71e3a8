// The settings of a process that can use a broker.
import { type SettingMeta, z } from '../../settings/settings.ts';
import type { BrokerAccess } from './connection.ts';

const SCHEMES = /^(nats|tls):$/;

/** Comma-separated addresses of NATS servers; undefined when left out. Secret, because they may contain a password. */
export const natsUrl = (about: string) =>
  z
    .string()
    .max(2000)
    .refine((value) => value.split(',').every((part) => isServer(part.trim())))
    .optional()
    .meta({
      about,
      expected: 'an address such as nats://127.0.0.1:4222, or several separated by commas',
      fallback: '',
      secret: true,
    } satisfies SettingMeta);

function isServer(text: string): boolean {
  const url = URL.parse(text);
  return (
    url !== null &&
    SCHEMES.test(url.protocol) &&
    url.hostname !== '' &&
    [url.username, url.password].every(isDecodable)
  );
}

/** Whether percent-decoding works: a bare % must be written as %25. */
function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** A text that is normally in a file, whose path NAME_FILE has; undefined when left out. */
const fileText = (pattern: RegExp, about: string, expected: string) =>
  z
    .string()
    .max(100_000)
    .regex(pattern)
    .optional()
    .meta({ about, expected, fallback: '', secret: true } satisfies SettingMeta);

/** NATS_URL, and how the process shows who it is. @param about what the servers are for */
export const natsSettings = (about: string) => ({
  NATS_URL: natsUrl(about),
  NATS_CREDS: fileText(
    /BEGIN NATS USER JWT[^]*BEGIN USER NKEY SEED/,
    'Credentials for NATS: the text of a .creds file of `nsc`. Better NATS_CREDS_FILE, its path.',
    'the text of a .creds file',
  ),
  NATS_NKEY: fileText(
    /^SU[A-Z2-7]{56}$/,
    'Seed of the nkey with which the process logs in to NATS. Better NATS_NKEY_FILE, the path of a file with it.',
    'a seed, SU and 56 further characters',
  ),
  NATS_TLS_CA: fileText(
    /BEGIN CERTIFICATE/,
    'Certificates (PEM) of the authorities that sign those of the NATS servers, when the system does not know them. Better NATS_TLS_CA_FILE. Every connection uses TLS then.',
    'certificates in PEM',
  ),
  NATS_TLS_CERT: fileText(
    /BEGIN CERTIFICATE/,
    'Certificate (PEM) that the process shows to NATS servers; needs NATS_TLS_KEY. Better NATS_TLS_CERT_FILE.',
    'a certificate in PEM',
  ),
  NATS_TLS_KEY: fileText(
    /BEGIN [A-Z ]*PRIVATE KEY/,
    'Private key (PEM) of NATS_TLS_CERT. Better NATS_TLS_KEY_FILE.',
    'a private key in PEM',
  ),
});

type NatsSettings = Partial<
  Record<
    'NATS_URL' | 'NATS_CREDS' | 'NATS_NKEY' | `NATS_TLS_${'CA' | 'CERT' | 'KEY'}`,
    string | undefined
  >
>;
type Rule = [
  check: (all: NatsSettings) => boolean,
  options: { path: PropertyKey[]; when: () => boolean },
];

/** A process shows one identity. Arguments of `refine`. */
export const oneNatsLogin: Rule = [
  ({ NATS_CREDS, NATS_NKEY }) => NATS_CREDS === undefined || NATS_NKEY === undefined,
  { path: ['NATS_NKEY'], when: () => true },
];

/** A certificate needs its key, and a key its certificate. Arguments of `refine`. */
export const natsCertificateWithKey: Rule = [
  ({ NATS_TLS_CERT, NATS_TLS_KEY }) =>
    (NATS_TLS_CERT === undefined) === (NATS_TLS_KEY === undefined),
  { path: ['NATS_TLS_KEY'], when: () => true },
];

/** Returns how to reach the broker; undefined without NATS_URL. */
export const natsAccess = (settings: NatsSettings): BrokerAccess | undefined =>
  settings.NATS_URL === undefined
    ? undefined
    : {
        urls: settings.NATS_URL,
        creds: settings.NATS_CREDS,
        nkey: settings.NATS_NKEY,
        ca: settings.NATS_TLS_CA,
        cert: settings.NATS_TLS_CERT,
        key: settings.NATS_TLS_KEY,
      };
