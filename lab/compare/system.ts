// The compared system: two services, connections that can be disturbed, and a gateway for each strategy.
import { join } from 'node:path';
import { startTcpProxy, type TcpProxy } from 'chassis/testing/tcp-proxy';
import { HIGH_LIMITS } from 'chassis/testing/users';
import type { Gateway } from './client.ts';
import { STRATEGIES } from './plan.ts';
import { startService } from '../process.ts';
import { createUserApi, type UserApi } from './users.ts';

export interface System {
  /** A gateway for each strategy, with the default settings. */
  readonly defaults: readonly Gateway[];
  /** The same with POST_TTL_MS and AUTHOR_TTL_MS 0: each post and each author is requested again. */
  readonly uncached: readonly Gateway[];
  /** From all gateways to Identity. */
  readonly toIdentity: TcpProxy;
  /** From Social to Identity, and so to the user event log. */
  readonly toLog: TcpProxy;
  readonly users: UserApi;
}

const UNCACHED = { POST_TTL_MS: '0', AUTHOR_TTL_MS: '0' };

/** Starts the system. @param dataDir the directory of the embedded databases */
export async function startSystem(dataDir: string): Promise<System> {
  const data = (name: string) => ({ DATA_DIR: join(dataDir, name), DEMO_DATA: 'true' });
  const identity = await startService('identity-service', {
    env: { ...data('identity'), ...HIGH_LIMITS },
  });
  const [toIdentity, toLog] = [
    await startTcpProxy(identity.url),
    await startTcpProxy(identity.url),
  ];
  const social = await startService('social-service', {
    env: { ...data('social'), ...HIGH_LIMITS, IDENTITY_URL: toLog.url },
  });
  const addresses = { IDENTITY_URL: toIdentity.url, SOCIAL_URL: social.url };
  const gateways = (env: Readonly<Record<string, string>>) =>
    Promise.all(
      STRATEGIES.map(async (strategy): Promise<Gateway> => {
        const strategyEnv = { AUTHOR_STRATEGY: strategy };
        const { url, adminUrl } = await startService('gateway', {
          env: { ...addresses, ...strategyEnv, ...HIGH_LIMITS, ...env },
        });
        return { strategy, url, adminUrl };
      }),
    );
  const [defaults, uncached] = await Promise.all([gateways({}), gateways(UNCACHED)]);
  return {
    defaults,
    uncached,
    toIdentity,
    toLog,
    users: createUserApi(identity.url, social.url),
  };
}
