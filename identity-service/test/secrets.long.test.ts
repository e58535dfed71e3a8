// Nothing personal and nothing secret leaves by a side door: the whole story of a user, with all that is logged,
// measured and answered looked through afterwards.
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
  const place = await embeddedDatabase();
  const { child, url, adminUrl } = await startService(join(import.meta.dirname, '../src/main.ts'), {
    ...place.settings,
    LOG_LEVEL: 'trace',
    LOGIN_PER_ACCOUNT: '2',
    REFRESH_GRACE_MS: '0',
  });

  const errors: string[] = [];
  const secrets: string[] = [EMAIL, 'very.private', ...PASSWORDS];
  const statuses: number[] = [];
  const request = async (method: string, path: string, body: object | string, token = '') => {
    const answer = await fetch(url + path, {
      method,
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
      ...(method !== 'GET' && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    statuses.push(answer.status);
    if (answer.status >= 400) errors.push(text, JSON.stringify([...answer.headers]));
    return text;
  };
  const session = (text: string): Session => {
    const given = JSON.parse(text) as Session;
    secrets.push(given.accessToken, given.refreshToken, given.refreshToken.split('.')[1]!);
    return given;
  };

  const [one, two, wrong] = PASSWORDS;
  const person = { username: 'private_person', email: EMAIL, password: one };
  const first = session(await request('POST', '/api/users', person));
  await request('POST', '/api/users', person);
  await request('POST', '/api/users', { ...person, [EMAIL.slice(0, 4)]: EMAIL });
  await request('POST', '/api/users', { ...person, email: `${EMAIL} `, password: 'short' });
  await request('POST', '/api/users', `{"email":"${EMAIL}","password":"${one}`);
  await request('POST', '/api/users', { ...person, password: `${one}\0` });
  session(await request('POST', '/api/sessions', { username: EMAIL, password: one }));
  for (let at = 1; at <= 3; at += 1)
    await request('POST', '/api/sessions', { username: EMAIL, password: wrong });
  const second = session(
    await request('POST', '/api/sessions/refresh', { refreshToken: first.refreshToken }),
  );
  await request('GET', '/api/me', '', second.accessToken);
  await request('GET', '/api/me', '', `${second.accessToken}x`);
  await request('GET', `/api/users/${encodeURIComponent(EMAIL)}`, '');
  const change = { password: two, currentPassword: one };
  await request('PATCH', '/api/me', { ...change, currentPassword: wrong }, second.accessToken);
  await request('PATCH', '/api/me', { ...change, email: 'EMAIL' }, second.accessToken);
  await request('POST', '/api/sessions/refresh', { refreshToken: first.refreshToken });
  await request('GET', '/api/me', '', second.accessToken);
  await request('DELETE', '/api/me', { currentPassword: two }, second.accessToken);
  expect(statuses).toEqual([
    201, 409, 400, 400, 400, 400, 201, 401, 401, 429, 200, 200, 401, 400, 403, 400, 401, 401, 401,
  ]);

  const metrics = await (await fetch(`${adminUrl}/metrics`)).text();
  const { stderr } = await child.stop();

  // What only the database holds must not be anywhere either.
  const database = await openDatabase<Schema>({
    databaseUrl: undefined,
    dataDir: place.settings.DATA_DIR,
    migrations,
    log: silentLog,
  });
  const { db } = database;
  const users = await db.selectFrom('users').select('password_hash').execute();
  const keys = await db.selectFrom('signing_keys').select('private_jwk').execute();
  secrets.push(...users.map(({ password_hash }) => password_hash));
  secrets.push(...keys.map(({ private_jwk }) => (JSON.parse(private_jwk) as { d: string }).d));
  await database.close();
  await place.remove();

  expect(child.lines.length).toBeGreaterThan(statuses.length);
  const written = [...child.lines, stderr, metrics, ...errors].join('\n').toLowerCase();
  // The answers of a problem repeat the path that was asked for; that one was the client's own word.
  const without = written.replaceAll(encodeURIComponent(EMAIL).toLowerCase(), '');
  expect(secrets.filter((secret) => without.includes(secret.toLowerCase()))).toEqual([]);
  expect(without).not.toContain('argon2id');
  expect(metrics).toContain('identity_logins_total{outcome="limited"} 1');
});
