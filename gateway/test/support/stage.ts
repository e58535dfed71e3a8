// The stage of a story: a gateway between two stubs, on free ports, all gone after the test.
import { afterEach } from '@jest/globals';
import type { Running } from 'chassis/process';
import { start } from '../../src/gateway.ts';
import { ask, type Asking, type Heard } from './client.ts';
import { seriesIn } from './metrics.ts';
import { startIdentity, startSocial, type Population } from './services.ts';
import type { Upstream } from './upstream.ts';

export interface Stage {
  readonly identity: Upstream;
  readonly social: Upstream;
  readonly gateway: Running;
  /** Asks the gateway's public port. */
  readonly get: (path: string, asking?: Asking) => Promise<Heard>;
  /** Asks the admin port. */
  readonly admin: (path: string, asking?: Asking) => Promise<Heard>;
  /** The value of a metric's series, such as `x{a="b"}`; undefined when there is none. */
  readonly metric: (series: string) => Promise<number | undefined>;
}

export interface Casting {
  readonly population?: Partial<Population>;
  /** Settings of the gateway. */
  readonly env?: Readonly<Record<string, string>>;
  /** The hosts by which the gateway knows the upstreams; 127.0.0.1 when left out. */
  readonly hosts?: { readonly identity?: string | undefined; readonly social?: string | undefined };
}

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of open.splice(0).toReversed()) await end();
});

/** Sets the stage: everything healthy, posts not cached, and more patience than a busy machine needs. */
export async function stage({ population, env, hosts = {} }: Casting = {}): Promise<Stage> {
  const identity = await startIdentity(population);
  open.push(identity.close);
  const social = await startSocial(population);
  open.push(social.close);
  const gateway = await start({
    PORT: '0',
    ADMIN_PORT: '0',
    LOG_LEVEL: 'silent',
    AUTHOR_STRATEGY: 'aggregate',
    POST_TTL_MS: '0',
    AUTHOR_DEADLINE_MS: '2000',
    REQUEST_DEADLINE_MS: '5000',
    IDENTITY_URL: `http://${hosts.identity ?? '127.0.0.1'}:${identity.port}`,
    SOCIAL_URL: `http://${hosts.social ?? '127.0.0.1'}:${social.port}`,
    ...env,
  });
  open.push(() => gateway.stop());
  const admin = (path: string, asking?: Asking) => ask(gateway.adminUrl + path, asking);
  return {
    identity,
    social,
    gateway,
    get: (path, asking) => ask(gateway.url + path, asking),
    admin,
    metric: async (series) => seriesIn((await admin('/metrics')).text, series),
  };
}
