// Settings: environment variables that are read once and frozen; all faults are reported at once.
// A schema is a zod object; the `meta` of a setting documents it.
import { z } from 'zod';

import { secretValue } from './secrets.ts';
import { SettingsError } from './settings-error.ts';

export { SettingsError, z };

/** The documentation of a setting, for docs/settings.md and for the message about a wrong value. */
export interface SettingMeta {
  readonly about: string;
  readonly expected: string;
  /** The default, written as in the environment; '' when there is none. */
  readonly fallback: string;
  /** Whether the value is secret: then it is never printed, not even when it is wrong. */
  readonly secret?: boolean;
}

interface Described {
  meta(): unknown;
}

/** Returns the `meta` of a setting that one of the functions below made. */
export const metaOf = (setting: Described): SettingMeta => setting.meta() as SettingMeta;

/** A whole number from `min` to `max`. */
export function integer(fallback: number, about: string, { min = 0, max = 2 ** 31 - 1 } = {}) {
  const expected = `a whole number from ${min} to ${max}`;
  return wholeNumber(min, max)
    .default(fallback)
    .meta({ about, expected, fallback: String(fallback) } satisfies SettingMeta);
}

/** A whole number from 0 to `max`, whose default depends on other settings; undefined when left out. */
export const optionalInteger = (about: string, max: number) =>
  wholeNumber(0, max)
    .optional()
    .meta({
      about,
      expected: `a whole number from 0 to ${max}`,
      fallback: '',
    } satisfies SettingMeta);

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .refine((value) => value >= min && value <= max);

/** A duration in milliseconds; at most a day, so that it always fits a timer. */
export const milliseconds = (fallback: number, about: string, { min = 1, max = 86_400_000 } = {}) =>
  integer(fallback, about, { min, max });

/** A TCP port; 0 lets the system choose a free one. */
export const port = (fallback: number, about: string) =>
  integer(fallback, about, { min: 0, max: 65_535 });

/** One word of a closed list. */
export function choice<const T extends readonly [string, ...string[]]>(
  words: T,
  fallback: T[number],
  about: string,
) {
  return z
    .enum(words)
    .default(fallback as never)
    .meta({ about, expected: `one of ${words.join(', ')}`, fallback } satisfies SettingMeta);
}

/** `true` or `false`. */
export const flag = (fallback: boolean, about: string) =>
  z
    .enum(['true', 'false'])
    .transform((word) => word === 'true')
    .default(fallback)
    .meta({ about, expected: 'true or false', fallback: String(fallback) } satisfies SettingMeta);

/** Any text of at most 1,000 characters. */
export const text = (fallback: string, about: string) =>
  z
    .string()
    .max(1000)
    .default(fallback)
    .meta({ about, expected: 'text of at most 1,000 characters', fallback } satisfies SettingMeta);

/** The address of an HTTP service, without path and credentials: http://host:port or https://host:port. */
export function httpOrigin(fallback: string, about: string) {
  return z
    .string()
    .refine((value) => {
      const url = URL.parse(value);
      return (
        url !== null &&
        url.username + url.password === '' &&
        /^https?:$/.test(url.protocol) &&
        /^\/?$/.test(url.pathname + url.search + url.hash)
      );
    })
    .transform((value) => new URL(value).origin)
    .default(fallback)
    .meta({
      about,
      expected: 'an address such as http://127.0.0.1:8081',
      fallback,
    } satisfies SettingMeta);
}

/** A PostgreSQL connection string; undefined when left out. Secret, because it contains a password. */
export const postgresUrl = (about: string) =>
  z
    .string()
    .refine((value) => /^postgres(ql)?:$/.test(URL.parse(value)?.protocol ?? ''))
    .optional()
    .meta({
      about,
      expected: 'an address such as postgres://user:password@host:5432/database',
      fallback: '',
      secret: true,
    } satisfies SettingMeta);

/**
 * Reads the variables of the schema from `env`; an empty variable counts as left out. A secret may come from a file.
 * @throws SettingsError that names each wrong variable, its value unless secret, and the expected value
 */
export function readSettings<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  env: Readonly<Record<string, string | undefined>>,
): Readonly<z.output<z.ZodObject<Shape>>> {
  const meta = (name: string) => metaOf(schema.shape[name] as unknown as Described);
  const valueOf = (name: string): string | undefined =>
    meta(name)?.secret ? secretValue(name, env) : env[name] || undefined;
  const given = Object.fromEntries(Object.keys(schema.shape).map((name) => [name, valueOf(name)]));
  const result = schema.safeParse(given);
  if (result.success) return Object.freeze(result.data);

  const wrong = new Set(result.error.issues.map((issue) => String(issue.path[0])));
  const lines = [...wrong].map((name) => {
    const { expected, secret } = meta(name);
    // In a URL, the text before an @ may be a password.
    const hidden = secret === true || given[name]?.includes('@') === true;
    const value =
      given[name] === undefined ? 'not set' : hidden ? '[hidden]' : JSON.stringify(given[name]);
    return `${name} is ${value}, but should be ${expected}.`;
  });
  throw new SettingsError(lines.join('\n'));
}
