// Reads docker-compose.yml and the Dockerfiles.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { fileNameOf } from 'chassis/settings/secrets';
import { metaOf } from 'chassis/settings/settings';
import { parseYaml } from 'contracts/yaml';
import type { ZodObject, ZodType } from 'zod';

export const ROOT = join(import.meta.dirname, '../..');

/** The services whose code is in this repository. */
export const OURS = ['gateway', 'identity-service', 'social-service'] as const;

export interface ComposeService {
  readonly image?: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly networks?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly restart?: string;
  readonly stop_grace_period?: string;
  readonly security_opt?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly read_only?: boolean;
  readonly mem_limit?: string;
  readonly pids_limit?: number;
  readonly secrets?: readonly string[];
}

export interface Compose {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean } | null>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

export const readText = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Returns the settings' schema of a service. */
export const settingsOf = async (service: string): Promise<ZodObject> =>
  ((await import(join(ROOT, service, 'src/config.ts'))) as { settings: ZodObject }).settings;

/** Returns the names of all variables that the schema reads. */
export const variablesOf = ({ shape }: ZodObject): string[] =>
  Object.entries(shape as Record<string, ZodType>).flatMap(([name, setting]) =>
    metaOf(setting).secret ? [name, fileNameOf(name)] : [name],
  );

/** Reads the compose file, with its anchors resolved and its ${variables} unresolved. */
export const readCompose = (): Compose => parseYaml(readText('docker-compose.yml')) as Compose;

/** The variables of the demo. */
export const demoEnvironment: Readonly<Record<string, string>> = parseEnv(
  readFileSync(join(ROOT, 'deploy/compose/demo.env'), 'utf8'),
) as Record<string, string>;

/** Resolves variables as compose does with the file of the demo. @throws Error for a required one that it lacks */
export const withDefaults = (value: string): string =>
  value.replaceAll(/\$\{(\w+):([-?])([^}]*)\}/g, (_, name: string, kind: string, other: string) => {
    const known = demoEnvironment[name];
    if (known === undefined && kind === '?') throw new Error(`demo.env lacks ${name}`);
    return known ?? other;
  });

/** Returns the arguments of each instruction `word` of a Dockerfile, with continued lines joined. */
export const instructions = (dockerfile: string, word: string): string[] =>
  dockerfile
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => line.startsWith(`${word} `))
    .map((line) => line.slice(word.length + 1).trim());

/** Returns the environment variables that a Dockerfile sets. */
export const imageEnvironment = (dockerfile: string): Record<string, string> =>
  Object.fromEntries(
    instructions(dockerfile, 'ENV').flatMap((line) =>
      line.split(/\s+/).map((pair): [string, string] => {
        const equals = pair.indexOf('=');
        return [pair.slice(0, equals), pair.slice(equals + 1)];
      }),
    ),
  );
