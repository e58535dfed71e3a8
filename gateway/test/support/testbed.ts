// The stage of a story: a gateway between two stubs, on free ports, all gone after the test. Whatever a story is about,
// every answer keeps to the contract, nothing fails by a bug, and no secret of a user gets into a log line or a metric.
import { afterEach, expect } from '@jest/globals';
import type { Running } from 'chassis/process/process';
import { conformance } from 'contracts/conformance/conformance';
import { memoryLog, type Line } from 'chassis/testing/memory-log';
import { start } from '../../src/service.ts';
import { request, type RequestOptions, type HttpResponse } from 'chassis/testing/http-client';
import { seriesIn } from 'chassis/testing/metrics';
import { startFakeIdentity, type FakeIdentity } from 'chassis/testing/fake-identity';
import { startFakeSocial, type FakeSocial } from './fake-social.ts';
import { POPULATION, type Population } from './fixtures.ts';

export interface Testbed {
  readonly identity: FakeIdentity;
  readonly social: FakeSocial;
  readonly gateway: Running;
  /** What the gateway has logged. */
  readonly lines: readonly Line[];
  /** Asks the gateway's public port. */
  readonly request: (path: string, asking?: RequestOptions) => Promise<HttpResponse>;
  /** Asks the admin port. */
  readonly admin: (path: string, asking?: RequestOptions) => Promise<HttpResponse>;
  /** The value of a metric's series, such as `x{a="b"}`; undefined when there is none. */
  readonly metric: (series: string) => Promise<number | undefined>;
}

export interface TestbedOptions {
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
export async function startTestbed({ population, env, hosts = {} }: TestbedOptions = {}): Promise<Testbed> {
  const identity = await startFakeIdentity(population?.authors ?? POPULATION.authors);
  open.push(identity.close);
  const social = await startFakeSocial(population);
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
  const admin = (path: string, asking?: RequestOptions) => request(gateway.adminUrl + path, asking);
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
    async request(path, asking = {}) {
      const response = await request(gateway.url + path, asking);
      const { method = 'GET' } = asking;
      expect(violations({ method, path, ...response, body: response.body ?? response.text })).toEqual([]);
      return response;
    },
    admin,
    metric: async (series) => seriesIn((await admin('/metrics')).text, series),
  };
}
