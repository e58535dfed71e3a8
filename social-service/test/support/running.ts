// The whole service on a database, with a stand-in for Identity.
import { afterAll } from '@jest/globals';
import type { Running } from 'chassis/process/process';
import { conformance } from 'contracts/conformance/conformance';
import { type Client, clientOf, type RequestOptions } from 'chassis/testing/http-client';
import type { TestDatabase } from 'chassis/testing/database';
import { start } from '../../src/service.ts';
import { type FakeIdentity, startFakeIdentity } from 'chassis/testing/fake-identity';
import { until } from 'chassis/testing/until';

export interface RunningSocial {
  readonly service: Running;
  readonly identity: FakeIdentity;
  /** As nobody. */
  readonly ask: Client;
  /** As this user. */
  readonly askAs: (
    userId: number,
    path: string,
    asked?: RequestOptions,
  ) => ReturnType<RunningSocial['ask']>;
  /** Stops both; the database stays. */
  readonly stop: () => Promise<void>;
}

// What a failed test did not stop would keep the tests from ending.
const running = new Set<() => Promise<void>>();
afterAll(async () => {
  await Promise.all([...running].map((stop) => stop()));
});

/** @param identityIs `away`, or what to do with the stand-in before Social starts */
export async function runSocial(
  { settings }: TestDatabase,
  env: Readonly<Record<string, string>> = {},
  identityIs: 'away' | ((identity: FakeIdentity) => void) = () => {},
): Promise<RunningSocial> {
  const identity = await startFakeIdentity();
  if (identityIs === 'away') identity.disconnect();
  else identityIs(identity);
  const service = await start({
    ...settings,
    PORT: '0',
    ADMIN_PORT: '0',
    LOG_LEVEL: 'silent',
    IDENTITY_URL: identity.url,
    ...env,
  });
  // Without Identity there is no copy of its users to begin with, and it is not ready.
  if (identityIs !== 'away') await ready(service.adminUrl);
  const ask = clientOf(service.url, conformance('social'));
  const stop = async (): Promise<void> => {
    if (!running.delete(stop)) return;
    await service.stop();
    await identity.close();
  };
  running.add(stop);
  return {
    service,
    identity,
    ask,
    async askAs(userId, path, { headers, ...asked } = {}) {
      const authorization = `Bearer ${identity.key.sign({ sub: String(userId) })}`;
      return ask(path, { ...asked, headers: { Authorization: authorization, ...headers } });
    },
    stop,
  };
}

/** On a server the tables are made while it listens already. */
export const ready = (adminUrl: string) =>
  until('it is ready', async () => (await fetch(`${adminUrl}/readyz`)).status === 200);
