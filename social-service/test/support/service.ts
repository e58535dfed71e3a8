// The complete service on a database, with a fake Identity.
import { afterAll } from '@jest/globals';
import type { Running } from 'chassis/process/process';
import { conformance } from 'contracts/conformance/conformance';
import { type Client, clientOf, type RequestOptions } from 'chassis/testing/http-client';
import type { TestDatabase } from 'chassis/testing/database';
import { start } from '../../src/service.ts';
import { type FakeIdentity, startFakeIdentity } from 'chassis/testing/fake-identity';
import { HIGH_LIMITS } from 'chassis/testing/users';
import { until } from 'chassis/testing/until';

export interface TestSocial {
  readonly service: Running;
  readonly identity: FakeIdentity;
  /** Sends a request without a token. */
  readonly request: Client;
  /** Sends a request of a user. */
  readonly requestAs: (
    userId: number,
    path: string,
    options?: RequestOptions,
  ) => ReturnType<TestSocial['request']>;
  /** Stops Social and Identity; the database stays. */
  readonly stop: () => Promise<void>;
}

// A service that a failed test does not stop would keep the tests from ending.
const running = new Set<() => Promise<void>>();
afterAll(async () => {
  await Promise.all([...running].map((stop) => stop()));
});

/** Starts both. @param prepare `disconnect` for an Identity that is down, or changes of Identity before Social starts */
export async function startTestSocial(
  { settings }: TestDatabase,
  env: Readonly<Record<string, string>> = {},
  prepare: 'disconnect' | ((identity: FakeIdentity) => void) = () => {},
): Promise<TestSocial> {
  const identity = await startFakeIdentity();
  if (prepare === 'disconnect') identity.disconnect();
  else prepare(identity);
  const service = await start({
    ...settings,
    PORT: '0',
    ADMIN_PORT: '0',
    LOG_LEVEL: 'silent',
    IDENTITY_URL: identity.url,
    ...HIGH_LIMITS,
    ...env,
  });
  // Without Identity the replica is empty, and Social is not ready.
  if (prepare !== 'disconnect') await ready(service.adminUrl);
  const request = clientOf(service.url, conformance('social'));
  const stop = async (): Promise<void> => {
    if (!running.delete(stop)) return;
    await service.stop();
    await identity.close();
  };
  running.add(stop);
  return {
    service,
    identity,
    request,
    async requestAs(userId, path, { headers, ...options } = {}) {
      const authorization = `Bearer ${identity.key.sign({ sub: String(userId) })}`;
      return request(path, { ...options, headers: { Authorization: authorization, ...headers } });
    },
    stop,
  };
}

/** Waits until a service is ready: on a database server, the tables are made while it already listens. */
export const ready = (adminUrl: string) =>
  until('it is ready', async () => (await fetch(`${adminUrl}/readyz`)).status === 200);
