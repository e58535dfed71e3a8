// Settings whose values are secret: they may come from files, as orchestrators mount them.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { SettingsError } from './settings-error.ts';

/** The characters of a bearer token (RFC 6750). */
const TOKEN = String.raw`[\w.~+/-]{16,1000}=*`;
const CHARACTERS = 'at least 16 of the characters A-Z a-z 0-9 - . _ ~ + /';

/** A secret that clients send as a bearer token; undefined when left out. */
export const secretToken = (about: string) =>
  z
    .string()
    .regex(new RegExp(`^${TOKEN}$`))
    .optional()
    .meta({ about, expected: CHARACTERS, fallback: '', secret: true });

/** Such secrets by the names of the clients that send them; none when left out. No two clients have the same. */
export const secretTokens = (about: string) =>
  z
    .string()
    .regex(new RegExp(`^[a-z0-9-]{1,30}:${TOKEN}(,[a-z0-9-]{1,30}:${TOKEN})*$`))
    .transform((list) => list.split(',').map((pair) => pair.split(':') as [string, string]))
    .refine((pairs) =>
      [0, 1].every((at) => new Set(pairs.map((pair) => pair[at])).size === pairs.length),
    )
    .transform((pairs): ReadonlyMap<string, string> => new Map(pairs))
    .default(new Map())
    .meta({
      about,
      expected: `a list such as social:TOKEN,gateway:TOKEN, each token ${CHARACTERS}`,
      fallback: '',
      secret: true,
    });

/** Returns the variable that names the file of a secret setting. */
export const fileNameOf = (name: string): string => `${name}_FILE`;

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Returns the value of a secret setting: of its variable, or of the file that the variable NAME_FILE names, without the
 * line break at its end. Undefined when both are empty.
 * @throws SettingsError when both are set, or the file cannot be read
 */
export function secretValue(name: string, env: Env): string | undefined {
  const [value, file] = [env[name] || undefined, env[fileNameOf(name)] || undefined];
  if (file === undefined) return value;
  if (value !== undefined)
    throw new SettingsError(`${name} and ${name}_FILE are both set, but only one should be.`);
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '') || undefined;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new SettingsError(
      `${name}_FILE is ${JSON.stringify(file)}, but that file cannot be read (${code}).`,
      { cause },
    );
  }
}
