// The settings of a process as operators may see them.
import { metaOf, type z } from './settings.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Returns the settings that the environment sets, each secret as `[hidden]`. A default is not in it. */
export function shownSettings(schema: z.ZodObject, env: Env): Readonly<Record<string, string>> {
  const set = Object.entries(schema.shape).flatMap(([name, setting]) => {
    const value = env[name] || (env[`${name}_FILE`] && '[hidden]');
    if (!value) return [];
    const { secret } = metaOf(setting);
    // In a URL, the text before an @ may be a password; headers of an export may hold a token.
    const hidden = secret === true || value.includes('@') || name.endsWith('_HEADERS');
    return [[name, hidden ? '[hidden]' : value] as const];
  });
  return Object.fromEntries(set);
}
