// Settings that name web origins, such as https://app.example.com.
import { type SettingMeta, z } from './settings.ts';

const originOf = (text: string): string | undefined => URL.parse(text)?.origin;
const isOrigin = (text: string): boolean => /^https?:/.test(text) && originOf(text) === text;

/** A list of web origins, separated by commas; empty when left out. */
export const origins = (about: string) =>
  z
    .string()
    .transform((text) => new Set(text.split(',').map((word) => word.trim())))
    .refine((list) => [...list].every(isOrigin))
    .default(new Set())
    .meta({
      about,
      expected: 'a list such as https://app.example.com,https://admin.example.com',
      fallback: '',
    } satisfies SettingMeta);

/** A web origin; undefined when left out. */
export const origin = (about: string) =>
  z
    .string()
    .refine(isOrigin)
    .optional()
    .meta({
      about,
      expected: 'an origin such as https://app.example.com',
      fallback: '',
    } satisfies SettingMeta);
