// The setting NATS_URL of a process that can use a broker.
import { type SettingMeta, z } from '../../settings/settings.ts';

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
