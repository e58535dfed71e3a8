// Says when a process in production has secrets of the demo, which everybody knows.
import type { Logger } from './log.ts';

const MARK = 'demo-only';

const textOf = (value: unknown): string =>
  value instanceof Map ? [...value.values()].join() : String(value);

/** Warns of settings whose value is a secret of docker-compose.yml, in production; names them, and prints no value. */
export function warnOfDemoSecrets(
  settings: Readonly<Record<string, unknown>> & { readonly NODE_ENV: string },
  log: Logger,
): void {
  const names = Object.keys(settings).filter((name) => textOf(settings[name]).includes(MARK));
  if (settings.NODE_ENV === 'production' && names.length > 0)
    log.warn(
      { settings: names },
      'secrets of the demo are in use, and everybody knows them; set your own',
    );
}
