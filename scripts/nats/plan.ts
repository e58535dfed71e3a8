// The plan of `npm run nats-cluster`: the servers of a site, their addresses and their configurations.
import { join, resolve } from 'node:path';
import { natsUrl } from 'chassis/events/nats/settings';
import { choice, port, readSettings, SettingsError, text, z } from 'chassis/settings/settings';

const HOST = '127.0.0.1';
/** Distances from the client port, as in the defaults of NATS: 4222 for clients, 6222, 7422 and 8222. */
const PORT_OFFSETS = { route: 2_000, leaf: 3_200, monitor: 4_000 } as const;
const PORTS_PER_SERVER = 4;

const schema = z.object({
  NATS_SERVERS: choice(['1', '3'], '3', 'Number of servers.'),
  NATS_PORT: port(
    4222,
    'Client port of the first server; the other servers take the ports after it. 0 takes free ports.',
  ),
  NATS_DIR: text('.data/nats', 'Folder of their data, relative to the root folder.'),
  NATS_DOMAIN: text('', 'JetStream domain of this site. Without it, no other site can join.'),
  NATS_LEAF_OF: natsUrl('Leafnode addresses of another site that this site joins.'),
});

export interface ServerPlan {
  readonly name: string;
  readonly url: string;
  /** URL of its monitoring port. */
  readonly monitorUrl: string;
  /** Address that another site joins; undefined when no site can join. */
  readonly leafUrl: string | undefined;
  readonly dir: string;
  /** Text of the configuration file. */
  readonly config: string;
}

/**
 * Returns the servers to start.
 * @param freePorts finds unused ports
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
    throw new SettingsError(
      'NATS_LEAF_OF needs NATS_DOMAIN, which must differ from the domain of the other site.',
    );
  const count = Number(settings.NATS_SERVERS);
  if (first > 65_535 - PORT_OFFSETS.monitor - count)
    throw new SettingsError(
      `NATS_PORT should be at most ${65_535 - PORT_OFFSETS.monitor - count}.`,
    );
  const unused = first === 0 ? await freePorts(count * PORTS_PER_SERVER) : undefined;
  const portsOf = (index: number): readonly number[] =>
    unused?.slice(index * PORTS_PER_SERVER) ??
    [0, PORT_OFFSETS.route, PORT_OFFSETS.leaf, PORT_OFFSETS.monitor].map(
      (offset) => first + offset + index,
    );
  const all = Array.from({ length: count }, (_, index) => portsOf(index));
  const routes = all.map(([, route]) => `nats://${HOST}:${route}`);
  const site = domain === '' ? 'one' : domain;

  return all.map(([client, route, leaf, monitor], index) => {
    const name = `n${index + 1}`;
    const dir = join(resolve(root, settings.NATS_DIR), name);
    const acceptsLeafnodes = domain !== '' && leafOf === undefined;
    const config = [
      `server_name: "${site}-${name}"`,
      `listen: "${HOST}:${client}"`,
      `http: "${HOST}:${monitor}"`,
      `jetstream { store_dir: ${JSON.stringify(dir)}${domain && `, domain: "${domain}"`} }`,
      ...(count > 1
        ? [`cluster { name: "${site}", listen: "${HOST}:${route}", routes: [${quoted(routes)}] }`]
        : []),
      ...(acceptsLeafnodes ? [`leafnodes { listen: "${HOST}:${leaf}" }`] : []),
      ...(leafOf === undefined ? [] : [leafnodeRemote(leafOf)]),
    ];
    return {
      name,
      url: `nats://${HOST}:${client}`,
      monitorUrl: `http://${HOST}:${monitor}`,
      leafUrl: acceptsLeafnodes ? `nats://${HOST}:${leaf}` : undefined,
      dir,
      config: `${config.join('\n')}\n`,
    };
  });
}

/** Joins another site. Events do not pass in either direction: each site has its own stream of the same subjects. */
function leafnodeRemote(leafOf: string): string {
  const urls = leafOf.split(',').map((url) => url.trim());
  const denied = 'deny_imports: ["user-events.>"], deny_exports: ["user-events.>"]';
  return `leafnodes { reconnect: 1, remotes: [{ urls: [${quoted(urls)}], ${denied} }] }`;
}

const quoted = (texts: readonly string[]): string =>
  texts.map((each) => JSON.stringify(each)).join(', ');
