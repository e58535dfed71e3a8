// The plan of `npm start`: three processes, their addresses and their environment variables.
import { join, resolve } from 'node:path';
import { localUrl } from 'chassis/base/address';
import { port, readSettings, SettingsError, text, z } from 'chassis/settings/settings';

const schema = z.object({
  HOST: text('127.0.0.1', 'Address of the public listeners.'),
  ADMIN_HOST: text('127.0.0.1', 'Address of the admin listeners.'),
  GATEWAY_PORT: port(8080, 'Port of the gateway.'),
  GATEWAY_ADMIN_PORT: port(9080, 'Admin port of the gateway.'),
  IDENTITY_PORT: port(8081, 'Port of Identity.'),
  IDENTITY_ADMIN_PORT: port(9081, 'Admin port of Identity.'),
  SOCIAL_PORT: port(8082, 'Port of Social.'),
  SOCIAL_ADMIN_PORT: port(9082, 'Admin port of Social.'),
  DATA_DIR: text('.data', 'Folder of the databases, relative to the root folder.'),
});
type Settings = Readonly<z.output<typeof schema>>;
type Env = Readonly<Record<string, string | undefined>>;

/** A process to start. */
export interface Plan {
  readonly name: 'gateway' | 'identity' | 'social';
  readonly workspace: string;
  /** Environment variables, in addition to those of the launcher. */
  readonly env: Readonly<Record<string, string>>;
  /** Addresses that it listens on, each with the launcher's setting of its port. */
  readonly listens: readonly { setting: string; host: string; port: number }[];
  readonly url: string;
  readonly adminUrl: string;
  /** Command that starts only this process, with the same addresses and data. */
  readonly command: string;
}

function environments(settings: Settings, root: string) {
  const dataDir = (name: string) => join(resolve(root, settings.DATA_DIR), name);
  const common = { HOST: settings.HOST, ADMIN_HOST: settings.ADMIN_HOST };
  const listeners = (publicPort: number, adminPort: number) => ({
    ...common,
    PORT: String(publicPort),
    ADMIN_PORT: String(adminPort),
  });
  const identityUrl = localUrl(settings.HOST, settings.IDENTITY_PORT);
  return {
    identity: {
      ...listeners(settings.IDENTITY_PORT, settings.IDENTITY_ADMIN_PORT),
      DATA_DIR: dataDir('identity'),
    },
    social: {
      ...listeners(settings.SOCIAL_PORT, settings.SOCIAL_ADMIN_PORT),
      DATA_DIR: dataDir('social'),
      IDENTITY_URL: identityUrl,
    },
    gateway: {
      ...listeners(settings.GATEWAY_PORT, settings.GATEWAY_ADMIN_PORT),
      IDENTITY_URL: identityUrl,
      SOCIAL_URL: localUrl(settings.HOST, settings.SOCIAL_PORT),
    },
  };
}

/** Quotes a word of a shell command where necessary. */
const quoted = (word: string): string =>
  /^[\w./:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;

/**
 * Returns the three processes in the order of their start. @param root folder of the root package
 * @throws SettingsError with one line for each fault
 */
export function makePlans(env: Env, root: string): Plan[] {
  const settings = readSettings(schema, env);
  rejectConflicts(settings, env);
  const environment = environments(settings, root);
  // The command to start one process names only what differs from the defaults. DATA_DIR is always named: a service that
  // is started alone would look for its data in its own folder.
  const defaults = environments(readSettings(schema, {}), root);
  const demo = { DEMO_DATA: env['DEMO_DATA'] || 'true' };

  return (['identity', 'social', 'gateway'] as const).map((name) => {
    const processEnv: Record<string, string> = environment[name];
    const defaultEnv: Record<string, string> = defaults[name];
    const workspace = name === 'gateway' ? name : `${name}-service`;
    const setting = `${name.toUpperCase()}_PORT` as keyof Settings;
    const adminSetting = `${name.toUpperCase()}_ADMIN_PORT` as keyof Settings;
    const listens = [
      { setting, host: settings.HOST, port: Number(settings[setting]) },
      { setting: adminSetting, host: settings.ADMIN_HOST, port: Number(settings[adminSetting]) },
    ];
    const words = Object.entries(processEnv)
      .filter(([key, value]) => key === 'DATA_DIR' || value !== defaultEnv[key])
      .map(([key, value]) => `${key}=${quoted(value)}`);
    return {
      name,
      workspace,
      env: name === 'gateway' ? processEnv : { ...processEnv, ...demo },
      listens,
      url: localUrl(settings.HOST, listens[0]!.port),
      adminUrl: localUrl(settings.ADMIN_HOST, listens[1]!.port),
      command: [...words, `npm start -w ${workspace}`].join(' '),
    };
  });
}

/** Rejects valid settings with which the three processes cannot run together. @throws SettingsError */
function rejectConflicts(settings: Settings, env: Env): void {
  const faults: string[] = [];
  const ports = Object.entries(settings).filter(([name]) => name.endsWith('PORT'));
  for (const [number, same] of Map.groupBy(ports, ([, value]) => value)) {
    const names = same.map(([name]) => name).join(' and ');
    if (number === 0)
      faults.push(`${names} is 0, but should be a fixed port, since other processes need it.`);
    else if (same.length > 1)
      faults.push(`${names} are both ${number}, but should be different ports.`);
  }
  if (env['DATABASE_URL'])
    faults.push(
      'DATABASE_URL is set, but `npm start` uses embedded databases in DATA_DIR. ' +
        'To use a server, start the services one by one.',
    );
  if (faults.length > 0) throw new SettingsError(faults.join('\n'));
}
