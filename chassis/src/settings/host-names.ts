// A setting that is a list of host names.
import { type SettingMeta, z } from './settings.ts';

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*$/;

/** Host names, separated by commas, in lower case; none when left out. */
export const hostNames = (about: string) =>
  z
    .string()
    .transform((text) => text.split(',').map((name) => name.trim().toLowerCase()))
    .refine((names) => names.every((name) => HOST_NAME.test(name)))
    .default([])
    .meta({
      about,
      expected: 'a list such as gateway-admin.example.com,metrics.example.com',
      fallback: '',
    } satisfies SettingMeta);
