// The complete service, and requests of users who register.
import type { Running } from 'chassis/process/process';
import type { Me, Session } from 'contracts/types';
import { HIGH_LIMITS, PASSWORD } from 'chassis/testing/users';
import { conformance } from 'contracts/conformance/conformance';
import { type Client, clientOf } from 'chassis/testing/http-client';
import { until } from 'chassis/testing/until';
import type { TestDatabase } from 'chassis/testing/database';
import { start } from '../../src/service.ts';

export interface RegisteredUser extends Session {
  /** The header of the user's requests. */
  readonly bearer: { readonly Authorization: string };
}

export interface Identity extends Running {
  readonly request: Client;
  /** Registers a user with `name@example.org` and PASSWORD. */
  register(username: string): Promise<RegisteredUser>;
  logIn(username: string, password?: string): ReturnType<Client>;
  refresh(refreshToken: string): ReturnType<Client>;
}

/**
 * Starts Identity on free ports, with demo users and without log lines; resolves when Identity is ready.
 * @param env settings to change or add
 */
export async function startIdentity(
  { settings }: TestDatabase,
  env: Readonly<Record<string, string>> = {},
): Promise<Identity> {
  const service = await start({
    ...settings,
    PORT: '0',
    ADMIN_PORT: '0',
    DEMO_DATA: 'true',
    LOG_LEVEL: 'silent',
    ...HIGH_LIMITS,
    ...env,
  });
  // A database on a server is prepared in the background.
  await until(
    'Identity is ready',
    async () => (await fetch(`${service.adminUrl}/readyz`)).ok,
    30_000,
  );
  const request = clientOf(service.url, conformance('identity'));
  return {
    ...service,
    request,
    async register(username) {
      const body = { username, email: `${username}@example.org`, password: PASSWORD };
      const response = await request('/api/users', { method: 'POST', json: body });
      if (response.status !== 201) throw new Error(`registration failed with ${response.status}`);
      return withBearer(response.body as Session);
    },
    logIn: (username, password = PASSWORD) =>
      request('/api/sessions', { method: 'POST', json: { username, password } }),
    refresh: (refreshToken) =>
      request('/api/sessions/refresh', { method: 'POST', json: { refreshToken } }),
  };
}

export const withBearer = (session: Session): RegisteredUser => ({
  ...session,
  bearer: { Authorization: `Bearer ${session.accessToken}` },
});

export const meOf = ({ body }: { body: unknown }): Me => body as Me;
export const sessionOf = ({ body }: { body: unknown }): Session => body as Session;

/** Returns the pointers of a problem's errors. */
export const pointersOf = ({ body }: { body: unknown }): string[] =>
  ((body as { errors?: { pointer: string }[] }).errors ?? []).map(({ pointer }) => pointer);
