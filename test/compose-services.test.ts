// Images and compose file fit the code of our services: settings, ports, addresses.
import { describe, expect, test } from '@jest/globals';
import { adminAccess, type AdminAccessSettings } from 'chassis/admin/access';
import { type GraceSettings, shutdownGraceMs } from 'chassis/settings/common';
import { readSettings } from 'chassis/settings/settings';
import { join } from 'node:path';
import {
  imageEnvironment,
  instructions,
  OURS,
  readCompose,
  readText,
  ROOT,
  settingsOf,
  variablesOf,
  withDefaults,
} from './support/compose.ts';

const compose = readCompose();
const dockerfileOf = (name: string): string => readText(`${name}/Dockerfile`);
/** Resolves variables and the files of secrets as compose does for the demo. */
const resolved = (value: string): string => {
  const [, secret] = /^\/run\/secrets\/(\w+)$/.exec(value) ?? [];
  return secret === undefined
    ? withDefaults(value)
    : join(ROOT, withDefaults(compose.secrets[secret]!.file));
};
const withDefaultsOf = (values: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, resolved(value)]));

describe.each(OURS)('%s', (name) => {
  const dockerfile = dockerfileOf(name);
  const given = { ...compose.services[name]?.environment };
  const inImage = imageEnvironment(dockerfile);

  test('is given only variables that are its settings', async () => {
    const known = new Set(variablesOf(await settingsOf(name)));
    const set = [...Object.keys(inImage), ...Object.keys(given)];
    expect(set.filter((variable) => !known.has(variable))).toEqual([]);
  });

  test('is given only values that its settings accept', async () => {
    const environment = withDefaultsOf({ ...inImage, ...given });
    const settings = readSettings(await settingsOf(name), environment);
    adminAccess(settings as unknown as AdminAccessSettings);
  });

  test('refuses to start in its image without a token of the admin port', async () => {
    const { start } = (await import(join(ROOT, name, 'src/service.ts'))) as {
      start: (env: Record<string, string>) => Promise<unknown>;
    };
    // Nothing listens on these ports, and no database is opened: the folder cannot be made.
    const env = {
      ...inImage,
      PORT: '0',
      ADMIN_PORT: '0',
      DATA_DIR: '/dev/null/data',
      SIGNING_KEY_SECRET: 'none',
    };
    await expect((async () => start(env))()).rejects.toThrow('ADMIN_HOST is "0.0.0.0"');
  });

  test('has the addresses on which its upstreams listen', () => {
    for (const [variable, value] of Object.entries(given)) {
      if (!/^(IDENTITY|SOCIAL)_URL$/.test(variable)) continue;
      const { hostname, port } = new URL(value);
      expect(OURS).toContain(hostname);
      expect(port).toBe(imageEnvironment(dockerfileOf(hostname))['PORT']);
      expect(compose.services[hostname]?.networks).toContain('services');
    }
  });

  test('exposes the two ports that it listens on, which are the defaults of its settings', async () => {
    const defaults = readSettings(await settingsOf(name), {}) as Record<string, unknown>;
    expect(instructions(dockerfile, 'EXPOSE')).toEqual([
      `${inImage['PORT']} ${inImage['ADMIN_PORT']}`,
    ]);
    expect([inImage['PORT'], inImage['ADMIN_PORT']]).toEqual([
      String(defaults['PORT']),
      String(defaults['ADMIN_PORT']),
    ]);
  });

  test('has more time to stop than its grace period and 10 s', async () => {
    const production = { ...withDefaultsOf(given), NODE_ENV: 'production', DEMO_DATA: 'false' };
    const settings = readSettings(await settingsOf(name), { ...inImage, ...production });
    const graceMs = shutdownGraceMs(settings as unknown as GraceSettings);
    const [, seconds] = /^(\d+)s$/.exec(compose.services[name]?.stop_grace_period ?? '')!;
    expect(graceMs).toBe(5_000);
    expect(Number(seconds) * 1_000).toBeGreaterThan(graceMs + 10_000);
  });

  test('runs in production mode as an unprivileged user, with Node as process 1', () => {
    expect(inImage['NODE_ENV']).toBe('production');
    expect(instructions(dockerfile, 'USER')).toEqual(['node']);
    expect(instructions(dockerfile, 'CMD')).toEqual([`["node", "${name}/src/main.ts"]`]);
  });
});
