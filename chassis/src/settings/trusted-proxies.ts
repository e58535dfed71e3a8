// The setting TRUST_PROXY: the proxies whose X-Forwarded-For header is trusted.
import { type SettingMeta, z } from './settings.ts';

const RANGES = ['loopback', 'linklocal', 'uniquelocal'] as const;

/** A value of Express' "trust proxy": a named range, an address, or a network. */
const trusted = z.union([z.enum(RANGES), z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]);

const parseList = (text: string): string[] =>
  text === 'none' ? [] : text.split(',').map((part) => part.trim());

/** @param fallback the default, written as in the environment */
export const trustedProxies = (fallback: string, about: string) =>
  z
    .string()
    .transform(parseList)
    .refine((parts) => parts.every((part) => trusted.safeParse(part).success))
    .default(parseList(fallback))
    .meta({
      about,
      expected: `none, or a list of ${RANGES.join(', ')}, addresses and networks such as 10.0.0.0/8`,
      fallback,
    } satisfies SettingMeta);
