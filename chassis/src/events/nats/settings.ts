// The setting of a process that can use a broker.
import { type SettingMeta, z } from '../../settings/settings.ts';

const SCHEMES = /^(nats|tls):$/;

/** NATS servers' addresses, with commas between; left out, it is undefined. They may hold a password: secret. */
export const natsUrl = (about: string) =>
  z
    .string()
    .max(2000)
    .refine((value) => value.split(',').every((part) => isServer(part.trim())))
    .optional()
    .meta({
      about,
      expected: 'an address such as nats://127.0.0.1:4222, or several with commas between',
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

/** A bare % is none of the characters that an address may have: it has to be written as %25. */
function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
