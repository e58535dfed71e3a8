// Access tokens of sessions that ended: the three services as processes, the gateway and Social behind a connection to Identity
// that a test can cut.
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { embeddedDatabase, type TestDatabase } from 'chassis/testing/database';
import { request } from 'chassis/testing/http-client';
import { startService as startMain, type ServiceProcess } from 'chassis/testing/process';
import { metricOf } from 'chassis/testing/metrics';
import { startTcpProxy, type TcpProxy } from 'chassis/testing/tcp-proxy';
import { claimsOf } from 'chassis/testing/tokens';
import { until } from 'chassis/testing/until';
import { HIGH_LIMITS, PASSWORD } from 'chassis/testing/users';
import type { Tokens } from 'contracts/types';
import { socialToken } from 'contracts/tokens';
import { startService } from './support/service-processes.ts';
import { root } from './support/sources.ts';

jest.setTimeout(120_000);

const NEW_PASSWORD = 'a horse that nobody staples';

let databases: TestDatabase[];
let identity: ServiceProcess;
let social: ServiceProcess;
let gateway: ServiceProcess;
let connection: TcpProxy;
beforeAll(async () => {
  databases = await Promise.all([embeddedDatabase(), embeddedDatabase()]);
  identity = await startService('identity-service', databases[0]!.settings);
  connection = await startTcpProxy(identity.url);
  const env = { IDENTITY_URL: connection.url };
  social = await startService('social-service', { ...databases[1]!.settings, ...env });
  for (const { adminUrl } of [identity, social])
    await until('it is ready', async () => (await fetch(`${adminUrl}/readyz`)).ok, 60_000);
  const settings = { ...HIGH_LIMITS, ...env, SOCIAL_URL: social.url, WEB: 'off' };
  gateway = await startMain(join(root, 'gateway/src/main.ts'), settings);
});
afterAll(async () => {
  for (const service of [gateway, social, identity]) await service.child.stop();
  await connection.close();
  for (const database of databases) await database.remove();
});

const send = (token: string, method: string, path: string, json?: object) =>
  request(gateway.url + path, {
    method,
    headers: { Authorization: `Bearer ${token}` },
    ...(json && { json }),
  });
const logIn = async (username: string): Promise<string> => {
  const json = { username, password: PASSWORD };
  const { body } = await request(`${gateway.url}/api/auth/token`, { method: 'POST', json });
  return (body as Tokens).accessToken;
};

let count = 0;
/** Registers a user and logs in twice. Returns the name and both access tokens. */
async function twoSessions() {
  const username = `ended_${(count += 1)}`;
  const json = { username, email: `${username}@example.org`, password: PASSWORD };
  await request(`${identity.url}/api/users`, { method: 'POST', json });
  return { username, mine: await logIn(username), other: await logIn(username) };
}

/** Posts with a token at the gateway, and at Social with the token inside, past the gateway. Returns both statuses. */
async function postWith(token: string): Promise<number[]> {
  const json = { content: 'Hello.' };
  const { [socialToken.audience]: inner } = claimsOf(token)['tokens'] as never;
  const headers = { Authorization: `Bearer ${inner as string}` };
  const both = [
    send(token, 'POST', '/api/posts', json),
    request(`${social.url}/api/posts`, { method: 'POST', json, headers }),
  ];
  return (await Promise.all(both)).map(({ status }) => status);
}

const REFUSED = [401, 401];
const SERVED = [201, 201];

const isRefused = (token: string) => async (): Promise<boolean> =>
  (await postWith(token)).join() === REFUSED.join();

async function expectRefusedWithinASecond(token: string): Promise<void> {
  const endedAt = performance.now();
  await until('the token is refused', isRefused(token));
  expect(performance.now() - endedAt).toBeLessThan(1000);
}

test('a log-out ends the access token within a second, and no other session', async () => {
  const { mine, other } = await twoSessions();
  expect([await postWith(mine), await postWith(other)]).toEqual([SERVED, SERVED]);
  expect((await send(mine, 'POST', '/api/auth/logout')).status).toBe(204);
  await expectRefusedWithinASecond(mine);
  expect(await postWith(other)).toEqual(SERVED);
});

test('a new password ends the access tokens of all other sessions within a second', async () => {
  const { mine, other } = await twoSessions();
  const change = { password: NEW_PASSWORD, currentPassword: PASSWORD };
  expect((await send(mine, 'PATCH', '/api/me', change)).status).toBe(200);
  await expectRefusedWithinASecond(other);
  expect(await postWith(mine)).toEqual(SERVED);
});

test('the deletion of an account ends all its access tokens within a second', async () => {
  const { mine, other } = await twoSessions();
  const { status } = await send(mine, 'DELETE', '/api/me', { currentPassword: PASSWORD });
  expect(status).toBe(204);
  await expectRefusedWithinASecond(other);
  expect(await postWith(mine)).toEqual(REFUSED);
});

test('while Identity cannot be reached, old tokens act as open ones do; they are refused when it is back', async () => {
  const { mine, other } = await twoSessions();
  await connection.close();
  const headers = { Authorization: `Bearer ${mine}` };
  const ended = await request(`${identity.url}/api/sessions/current`, {
    method: 'DELETE',
    headers,
  });
  expect(ended.status).toBe(204);
  for (const [service, name] of [
    [gateway, 'gateway'],
    [social, 'social'],
  ] as const)
    await until(
      `${name} notices`,
      async () =>
        (await metricOf(service, `${name}_ended_sessions_log_state{state="source_away"}`)) === 1,
    );
  expect([await postWith(mine), await postWith(other)]).toEqual([SERVED, SERVED]);
  for (const { adminUrl } of [gateway, social])
    expect((await fetch(`${adminUrl}/readyz`)).status).toBe(200);
  await connection.reopen();
  await until('the token is refused', isRefused(mine), 30_000);
  expect(await postWith(other)).toEqual(SERVED);
});
