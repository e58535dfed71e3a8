// The stage of a story: a gateway between two stubs, on free ports, all gone after the test. Whatever a story is about,
// every answer keeps to the contract, nothing fails by a bug, and no secret of a user gets into a log line or a metric.
import { afterEach, expect } from '@jest/globals';
import type { Running } from 'chassis/process/process';
import { conformance } from 'contracts/conformance/conformance';
import { memoryLog, type Line } from 'chassis/testing/memory-log';
import { start } from '../../src/service.ts';
import { ask, type Asking, type Heard } from './client.ts';
import { seriesIn } from './metrics.ts';
import { startIdentity, startSocial, type Identity, type Social } from './services.ts';
import type { Population } from './world.ts';

export interface Stage {
  readonly identity: Identity;
  readonly social: Social;
  readonly gateway: Running;
  /** What the gateway has logged. */
  readonly lines: readonly Line[];
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

const violations = conformance('gateway');

/** The level of a line about a bug, as pino counts. */
const ERROR = 50;
/** Tokens of both kinds, passwords, e-mails: what the stubs' users have to hide. */
const SECRETS = /eyJ[\w-]+\.[\w-]+|refresh-secret|that nobody logs|@secret\.example|\bBearer \S/;

/**
 * Sets the stage: everything healthy, posts not cached, more patience than a busy machine needs; and only what is asked
 * for clients reaches the upstreams, unless `env` has another strategy, or the log followed.
 */
export async function stage({ population, env, hosts = {} }: Casting = {}): Promise<Stage> {
  const identity = await startIdentity(population);
  open.push(identity.close);
  const social = await startSocial(population);
  open.push(social.close);
  const { log, lines } = memoryLog();
  const settings = {
    PORT: '0',
    ADMIN_PORT: '0',
    AUTHOR_STRATEGY: 'aggregate',
    FOLLOW_LOG: 'false',
    POST_TTL_MS: '0',
    AUTHOR_DEADLINE_MS: '2000',
    REQUEST_DEADLINE_MS: '5000',
    IDENTITY_URL: `http://${hosts.identity ?? '127.0.0.1'}:${identity.port}`,
    SOCIAL_URL: `http://${hosts.social ?? '127.0.0.1'}:${social.port}`,
    ...env,
  };
  const gateway = await start(settings, () => log);
  const admin = (path: string, asking?: Asking) => ask(gateway.adminUrl + path, asking);
  open.push(async () => {
    // A story may have stopped it.
    const metrics = await admin('/metrics').catch(() => undefined);
    await gateway.stop();
    expect(lines.filter(({ level }) => Number(level) >= ERROR)).toEqual([]);
    expect(JSON.stringify(lines)).not.toMatch(SECRETS);
    expect(metrics?.text ?? '').not.toMatch(SECRETS);
  });
  return {
    identity,
    social,
    gateway,
    lines,
    async get(path, asking = {}) {
      const heard = await ask(gateway.url + path, asking);
      const { method = 'GET' } = asking;
      expect(violations({ method, path, ...heard, body: heard.body ?? heard.text })).toEqual([]);
      return heard;
    },
    admin,
    metric: async (series) => seriesIn((await admin('/metrics')).text, series),
  };
}
