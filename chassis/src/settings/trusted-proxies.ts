// Whom we believe when they say which address a client has.
import { isIP } from 'node:net';
import { type SettingMeta, z } from './settings.ts';

const RANGES = ['loopback', 'linklocal', 'uniquelocal'];

function isRange(word: string): boolean {
  const [address = '', bits, ...more] = word.split('/');
  const family = isIP(address);
  if (RANGES.includes(word)) return true;
  if (family === 0 || more.length > 0) return false;
  return (
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
  );
}

/** The setting TRUST_PROXY: whose X-Forwarded-For is believed, as a list for Express' "trust proxy". */
export const trustedProxies = (fallback: string, about: string) =>
  z
    .string()
    .transform((text) => (text === 'none' ? [] : text.split(',').map((word) => word.trim())))
    .refine((words) => words.every(isRange))
    .default(fallback === 'none' ? [] : fallback.split(','))
    .meta({
      about,
      expected: `none, or a list of ${RANGES.join(', ')}, addresses and networks such as 10.0.0.0/8`,
      fallback,
    } satisfies SettingMeta);
