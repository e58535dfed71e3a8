// The whole service for a test, with people who have joined.
import { setTimeout as pause } from 'node:timers/promises';
import type { Running } from 'chassis/process/process';
import type { Me, Session } from 'contracts/types';
import { PASSWORD } from 'chassis/testing/users';
import { conformance } from 'contracts/conformance/conformance';
import { type Client, clientOf } from 'chassis/testing/http-client';
import type { TestDatabase } from 'chassis/testing/database';
import { start } from '../../src/service.ts';

/** A session with the header that it asks with. */
export interface Someone extends Session {
  readonly as: { readonly Authorization: string };
}

export interface Identity extends Running {
  readonly ask: Client;
  /** A new user, `name@example.org`, with PASSWORD. */
  join(username: string): Promise<Someone>;
  logIn(username: string, password?: string): ReturnType<Client>;
  refresh(refreshToken: string): ReturnType<Client>;
}

/** Starts it on free ports, ready, silent, with demo users; `env` may change what it is told. */
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
    LOGIN_PER_ADDRESS: '100000',
    ...env,
  });
  // A server's database is prepared in the background.
  while (!(await fetch(`${service.adminUrl}/readyz`)).ok) await pause(20);
  const ask = clientOf(service.url, conformance('identity'));
  return {
    ...service,
    ask,
    async join(username) {
      const body = { username, email: `${username}@example.org`, password: PASSWORD };
      const answer = await ask('/api/users', { method: 'POST', json: body });
      if (answer.status !== 201) throw new Error(`joining was answered with ${answer.status}`);
      return someone(answer.body as Session);
    },
    logIn: (username, password = PASSWORD) =>
      ask('/api/sessions', { method: 'POST', json: { username, password } }),
    refresh: (refreshToken) =>
      ask('/api/sessions/refresh', { method: 'POST', json: { refreshToken } }),
  };
}

export const someone = (session: Session): Someone => ({
  ...session,
  as: { Authorization: `Bearer ${session.accessToken}` },
});

export const meOf = ({ body }: { body: unknown }): Me => body as Me;
export const sessionOf = ({ body }: { body: unknown }): Session => body as Session;

/** The pointers of a problem's faults. */
export const pointersOf = ({ body }: { body: unknown }): string[] =>
  ((body as { errors?: { pointer: string }[] }).errors ?? []).map(({ pointer }) => pointer);
