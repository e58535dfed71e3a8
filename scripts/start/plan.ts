// What `npm start` will start: three processes, where each listens, and what it is told by its environment.
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
  DATA_DIR: text('.data', 'Folder of the databases, seen from the root folder.'),
});
type Settings = Readonly<z.output<typeof schema>>;
type Env = Readonly<Record<string, string | undefined>>;

/** One of the three, before it is started. */
export interface Plan {
  readonly name: 'gateway' | 'identity' | 'social';
  readonly workspace: string;
  /** What its environment holds beyond the launcher's own. */
  readonly env: Readonly<Record<string, string>>;
  /** Where it will listen, and the launcher's setting that says so. */
  readonly listens: readonly { setting: string; host: string; port: number }[];
  readonly url: string;
  readonly adminUrl: string;
  /** The command that starts it alone, with the same addresses and the same data. */
  readonly alone: string;
}

function environments(settings: Settings, root: string) {
  const data = (name: string) => join(resolve(root, settings.DATA_DIR), name);
  const common = { HOST: settings.HOST, ADMIN_HOST: settings.ADMIN_HOST };
  const ports = (open: number, admin: number) => ({
    ...common,
    PORT: String(open),
    ADMIN_PORT: String(admin),
  });
  const identityUrl = localUrl(settings.HOST, settings.IDENTITY_PORT);
  return {
    identity: {
      ...ports(settings.IDENTITY_PORT, settings.IDENTITY_ADMIN_PORT),
      DATA_DIR: data('identity'),
    },
    social: {
      ...ports(settings.SOCIAL_PORT, settings.SOCIAL_ADMIN_PORT),
      DATA_DIR: data('social'),
      IDENTITY_URL: identityUrl,
    },
    gateway: {
      ...ports(settings.GATEWAY_PORT, settings.GATEWAY_ADMIN_PORT),
      IDENTITY_URL: identityUrl,
      SOCIAL_URL: localUrl(settings.HOST, settings.SOCIAL_PORT),
    },
  };
}

/** A word of a shell's command line, quoted where it has to be. */
const quoted = (word: string): string =>
  /^[\w./:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;

/**
 * The three processes in the order in which they start; `root` is the folder of the root package.
 * @throws SettingsError with one line for each fault.
 */
export function makePlans(env: Env, root: string): Plan[] {
  const settings = readSettings(schema, env);
  refuse(settings, env);
  const environment = environments(settings, root);
  // What each process takes for itself, so that the command to start it alone names only the rest.
  // DATA_DIR has no default here: alone, a service would look for its data in its own folder.
  const standard = environments(readSettings(schema, {}), root);
  const demo = { DEMO_DATA: env['DEMO_DATA'] || 'true' };

  return (['identity', 'social', 'gateway'] as const).map((name) => {
    const own: Record<string, string> = environment[name];
    const usual: Record<string, string> = standard[name];
    const workspace = name === 'gateway' ? name : `${name}-service`;
    const setting = `${name.toUpperCase()}_PORT` as keyof Settings;
    const adminSetting = `${name.toUpperCase()}_ADMIN_PORT` as keyof Settings;
    const listens = [
      { setting, host: settings.HOST, port: Number(settings[setting]) },
      { setting: adminSetting, host: settings.ADMIN_HOST, port: Number(settings[adminSetting]) },
    ];
    const words = Object.entries(own)
      .filter(([key, value]) => key === 'DATA_DIR' || value !== usual[key])
      .map(([key, value]) => `${key}=${quoted(value)}`);
    return {
      name,
      workspace,
      env: name === 'gateway' ? own : { ...own, ...demo },
      listens,
      url: localUrl(settings.HOST, listens[0]!.port),
      adminUrl: localUrl(settings.ADMIN_HOST, listens[1]!.port),
      alone: [...words, `npm start -w ${workspace}`].join(' '),
    };
  });
}

/** Refuses what is well-formed, but cannot work when all three start together. */
function refuse(settings: Settings, env: Env): void {
  const faults: string[] = [];
  const ports = Object.entries(settings).filter(([name]) => name.endsWith('PORT'));
  for (const [number, same] of Map.groupBy(ports, ([, value]) => value)) {
    const names = same.map(([name]) => name).join(' and ');
    if (number === 0) faults.push(`${names} is 0, but should be a port that the others can know.`);
    else if (same.length > 1)
      faults.push(`${names} are both ${number}, but each should be a port of its own.`);
  }
  if (env['DATABASE_URL'])
    faults.push(
      'DATABASE_URL is set, but here each service keeps its own database in DATA_DIR; ' +
        'start the services one by one to use a server.',
    );
  if (faults.length > 0) throw new SettingsError(faults.join('\n'));
}
