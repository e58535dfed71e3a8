// A gateway between a fake Identity and a fake Social, on free ports, until the end of the test. The testbed checks in every
// test that each response keeps to the contract, that nothing fails by a bug, and that no log line or metric has a secret.
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect } from '@jest/globals';
import type { Running } from 'chassis/process/process';
import { conformance } from 'contracts/conformance/conformance';
import { memoryLog, type Line } from 'chassis/testing/memory-log';
import { start } from '../../src/service.ts';
import { type Client, clientOf, request } from 'chassis/testing/http-client';
import { HIGH_LIMITS } from 'chassis/testing/users';
import { seriesIn } from 'chassis/testing/metrics';
import { startFakeIdentity, type FakeIdentity } from 'chassis/testing/fake-identity';
import { startFakeSocial, type FakeSocial } from './fake-social.ts';
import { POPULATION, type Population } from './fixtures.ts';

export interface Testbed {
  readonly identity: FakeIdentity;
  readonly social: FakeSocial;
  readonly gateway: Running;
  /** The log lines of the gateway. */
  readonly lines: readonly Line[];
  /** Sends a request to the public port. */
  readonly request: Client;
  /** Sends a request to the admin port. */
  readonly admin: Client;
  /** Returns the value of a series, such as `x{a="b"}`; undefined when there is no such series. */
  readonly metric: (series: string) => Promise<number | undefined>;
}

export interface TestbedOptions {
  readonly population?: Partial<Population>;
  /** Settings of the gateway. */
  readonly env?: Readonly<Record<string, string>>;
  /** The gateway has not got Identity's keys: its first request for them failed. */
  readonly withoutKeys?: true;
  /** Host names of the upstreams in the gateway's settings; 127.0.0.1 when left out. */
  readonly hosts?: { readonly identity?: string | undefined; readonly social?: string | undefined };
}

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).toReversed()) await cleanUp();
});

const violations = conformance('gateway');

/** The level of lines about bugs, in pino's numbers. */
const ERROR = 50;
/** Matches the access and refresh tokens, the passwords and the e-mail addresses of the fake users. */
const SECRETS = /eyJ[\w-]+\.[\w-]+|refresh-secret|that nobody logs|@secret\.example|\bBearer \S/;

/**
 * Starts a testbed: upstreams that work, no cache of posts, and deadlines that are long enough for a busy machine. Only
 * requests of clients cause requests to the upstreams, unless `env` sets another strategy or consumes the user event log.
 */
export async function startTestbed({
  population,
  env,
  hosts = {},
  withoutKeys,
}: TestbedOptions = {}): Promise<Testbed> {
  const identity = await startFakeIdentity(population?.authors ?? POPULATION.authors);
  cleanups.push(identity.close);
  const social = await startFakeSocial(population);
  cleanups.push(social.close);
  const { log, lines } = memoryLog();
  const settings = {
    PORT: '0',
    ADMIN_PORT: '0',
    WEB: 'off',
    AUTHOR_STRATEGY: 'aggregate',
    FOLLOW_LOG: 'false',
    POST_TTL_MS: '0',
    AUTHOR_DEADLINE_MS: '2000',
    REQUEST_DEADLINE_MS: '5000',
    ...HIGH_LIMITS,
    IDENTITY_URL: `http://${hosts.identity ?? '127.0.0.1'}:${identity.port}`,
    SOCIAL_URL: `http://${hosts.social ?? '127.0.0.1'}:${social.port}`,
    ...env,
  };
  const keysAreLoaded =
    hosts.identity === undefined ? nextResponse(identity, withoutKeys) : undefined;
  const gateway = await start(settings, () => log);
  // The gateway loads the keys at its start; a test sees only the requests that it causes itself.
  await keysAreLoaded;
  identity.clearRequests(/jwks/);
  const admin: Client = (path, options) => request(gateway.adminUrl + path, options);
  cleanups.push(async () => {
    // A test may have stopped it.
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
    request: clientOf(gateway.url, violations),
    admin,
    metric: async (series) => seriesIn((await admin('/metrics')).text, series),
  };
}

/** Resolves when the next response is sent, and has had the time to arrive in this process. */
async function nextResponse(stub: FakeIdentity, fails = false): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  stub.respondWith(({ res, respond }) => {
    res.once('close', resolve);
    if (fails) res.writeHead(500).end();
    else respond();
  });
  await promise;
  stub.respondWith();
  await pause(1);
}
