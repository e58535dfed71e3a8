// No personal data and no secret leaks: a user registers, uses the service and leaves it, and then all log lines, metrics
// and error answers are searched.
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { openDatabase } from 'chassis/postgres/database';
import type { Session } from 'contracts/types';
import { startService } from 'chassis/testing/process';
import { embeddedDatabase } from 'chassis/testing/database';
import { migrations } from '../src/migrations/index.ts';
import type { Schema } from '../src/schema.ts';
import { silentLog } from './support/database.ts';

const EMAIL = 'very.private@example.org';
const PASSWORDS = ['pässwörd number one', 'pässwörd number two', 'a wrong pässwörd'] as const;

test('no e-mail, password, hash, token or key is in any log line, metric or error', async () => {
  const testDatabase = await embeddedDatabase();
  const { child, url, adminUrl } = await startService(join(import.meta.dirname, '../src/main.ts'), {
    ...testDatabase.settings,
    LOG_LEVEL: 'trace',
    LOGIN_PER_ACCOUNT: '2',
  });

  const errors: string[] = [];
  const secrets: string[] = [EMAIL, 'very.private', ...PASSWORDS];
  const statuses: number[] = [];
  const request = async (method: string, path: string, body: object | string, token = '') => {
    const response = await fetch(url + path, {
      method,
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
      ...(method !== 'GET' && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    statuses.push(response.status);
    if (response.status >= 400) errors.push(text, JSON.stringify([...response.headers]));
    return text;
  };
  const parseSession = (text: string): Session => {
    const parsed = JSON.parse(text) as Session;
    secrets.push(parsed.accessToken, parsed.refreshToken, parsed.refreshToken.split('.')[1]!);
    return parsed;
  };

  const [oldPassword, newPassword, wrongPassword] = PASSWORDS;
  const registration = { username: 'private_person', email: EMAIL, password: oldPassword };
  const first = parseSession(await request('POST', '/api/users', registration));
  await request('POST', '/api/users', registration);
  await request('POST', '/api/users', { ...registration, [EMAIL.slice(0, 4)]: EMAIL });
  await request('POST', '/api/users', { ...registration, email: `${EMAIL} `, password: 'short' });
  await request('POST', '/api/users', `{"email":"${EMAIL}","password":"${oldPassword}`);
  await request('POST', '/api/users', { ...registration, password: `${oldPassword}\0` });
  parseSession(await request('POST', '/api/sessions', { username: EMAIL, password: oldPassword }));
  for (let at = 1; at <= 3; at += 1)
    await request('POST', '/api/sessions', { username: EMAIL, password: wrongPassword });
  const second = parseSession(
    await request('POST', '/api/sessions/refresh', { refreshToken: first.refreshToken }),
  );
  await request('GET', '/api/me', '', second.accessToken);
  await request('GET', '/api/me', '', `${second.accessToken}x`);
  await request('GET', `/api/users/${encodeURIComponent(EMAIL)}`, '');
  const change = { password: newPassword, currentPassword: oldPassword };
  await request(
    'PATCH',
    '/api/me',
    { ...change, currentPassword: wrongPassword },
    second.accessToken,
  );
  await request('PATCH', '/api/me', { ...change, email: 'EMAIL' }, second.accessToken);
  parseSession(
    await request('POST', '/api/sessions/refresh', { refreshToken: second.refreshToken }),
  );
  await request('POST', '/api/sessions/refresh', { refreshToken: first.refreshToken });
  await request('GET', '/api/me', '', second.accessToken);
  await request('DELETE', '/api/me', { currentPassword: newPassword }, second.accessToken);
  expect(statuses).toEqual([
    201, 409, 400, 400, 400, 400, 201, 401, 401, 429, 200, 200, 401, 400, 403, 400, 200, 401, 401,
    401,
  ]);

  const metrics = await (await fetch(`${adminUrl}/metrics`)).text();
  const { stderr } = await child.stop();

  // Secrets that are only in the database must not leak either.
  const database = await openDatabase<Schema>({
    databaseUrl: undefined,
    dataDir: testDatabase.settings.DATA_DIR,
    migrations,
    log: silentLog,
  });
  const { db } = database;
  const users = await db.selectFrom('users').select('password_hash').execute();
  const keys = await db.selectFrom('signing_keys').select('private_jwk').execute();
  secrets.push(...users.map(({ password_hash }) => password_hash));
  secrets.push(...keys.map(({ private_jwk }) => (JSON.parse(private_jwk) as { d: string }).d));
  await database.close();
  await testDatabase.remove();

  expect(child.lines.length).toBeGreaterThan(statuses.length);
  const written = [...child.lines, stderr, metrics, ...errors].join('\n').toLowerCase();
  // A problem repeats the path of its request, so the e-mail in that path is no leak.
  const withoutPaths = written.replaceAll(encodeURIComponent(EMAIL).toLowerCase(), '');
  expect(secrets.filter((secret) => withoutPaths.includes(secret.toLowerCase()))).toEqual([]);
  expect(withoutPaths).not.toContain('argon2id');
  expect(metrics).toContain('identity_logins_total{outcome="limited"} 1');
});
