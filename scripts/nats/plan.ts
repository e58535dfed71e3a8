// What `npm run nats-cluster` will start: the servers of one place, where each listens, and their configurations.
import { join, resolve } from 'node:path';
import { natsUrl } from 'chassis/events/nats/settings';
import { choice, port, readSettings, SettingsError, text, z } from 'chassis/settings/settings';

const HOST = '127.0.0.1';
/** Far from the first port, as NATS has them: 4222 for clients, 6222, 7422 and 8222 for the others. */
const FAR = { route: 2_000, leaf: 3_200, monitor: 4_000 } as const;
const KINDS = 4;

const schema = z.object({
  NATS_SERVERS: choice(['1', '3'], '3', 'How many servers there are.'),
  NATS_PORT: port(4222, 'Port of the first server; 0 for free ones, else those beside it follow.'),
  NATS_DIR: text('.data/nats', 'Folder of their data, seen from the root folder.'),
  NATS_DOMAIN: text(
    '',
    "This place's name for other places, such as first; with none it is alone.",
  ),
  NATS_LEAF_OF: natsUrl('The leafnode listeners of another place, to be joined to that.'),
});

export interface ServerPlan {
  readonly name: string;
  readonly url: string;
  /** Where it tells how it is. */
  readonly monitorUrl: string;
  /** Where another place joins it; undefined when none can. */
  readonly leafUrl: string | undefined;
  readonly dir: string;
  /** Of nats-server, as its file has it. */
  readonly config: string;
}

/**
 * @param freePorts finds ports that nobody uses
 * @throws SettingsError with one line for each fault
 */
export async function planServers(
  env: Readonly<Record<string, string | undefined>>,
  root: string,
  freePorts: (count: number) => Promise<readonly number[]>,
): Promise<readonly ServerPlan[]> {
  const settings = readSettings(schema, env);
  const { NATS_PORT: first, NATS_DOMAIN: domain, NATS_LEAF_OF: leafOf } = settings;
  if (!/^[\w-]*$/.test(domain))
    throw new SettingsError('NATS_DOMAIN should be a word of letters, digits, - and _.');
  if (leafOf !== undefined && domain === '')
    throw new SettingsError('NATS_LEAF_OF needs NATS_DOMAIN, another one than that place has.');
  const count = Number(settings.NATS_SERVERS);
  if (first > 65_535 - FAR.monitor - count)
    throw new SettingsError(`NATS_PORT should be at most ${65_535 - FAR.monitor - count}.`);
  const free = first === 0 ? await freePorts(count * KINDS) : undefined;
  const portsOf = (index: number): readonly number[] =>
    free?.slice(index * KINDS) ??
    [0, FAR.route, FAR.leaf, FAR.monitor].map((far) => first + far + index);
  const all = Array.from({ length: count }, (_, index) => portsOf(index));
  const routes = all.map(([, route]) => `nats://${HOST}:${route}`);
  const place = domain === '' ? 'one' : domain;

  return all.map(([client, route, leaf, monitor], index) => {
    const name = `n${index + 1}`;
    const dir = join(resolve(root, settings.NATS_DIR), name);
    const leaves = domain !== '' && leafOf === undefined;
    const config = [
      `server_name: "${place}-${name}"`,
      `listen: "${HOST}:${client}"`,
      `http: "${HOST}:${monitor}"`,
      `jetstream { store_dir: ${JSON.stringify(dir)}${domain && `, domain: "${domain}"`} }`,
      ...(count > 1
        ? [`cluster { name: "${place}", listen: "${HOST}:${route}", routes: [${quoted(routes)}] }`]
        : []),
      ...(leaves ? [`leafnodes { listen: "${HOST}:${leaf}" }`] : []),
      ...(leafOf === undefined ? [] : [joining(leafOf)]),
    ];
    return {
      name,
      url: `nats://${HOST}:${client}`,
      monitorUrl: `http://${HOST}:${monitor}`,
      leafUrl: leaves ? `nats://${HOST}:${leaf}` : undefined,
      dir,
      config: `${config.join('\n')}\n`,
    };
  });
}

/** Events themselves do not pass, in neither direction: each place has its own stream of the same subjects. */
function joining(leafOf: string): string {
  const urls = leafOf.split(',').map((url) => url.trim());
  const denied = 'deny_imports: ["user-events.>"], deny_exports: ["user-events.>"]';
  return `leafnodes { reconnect: 1, remotes: [{ urls: [${quoted(urls)}], ${denied} }] }`;
}

const quoted = (texts: readonly string[]): string =>
  texts.map((each) => JSON.stringify(each)).join(', ');
