// A story of two users in their browsers, with the real processes of `npm start`.
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { createLogger } from 'chassis/observability/log';
import { openDatabase } from 'chassis/postgres/database';
import { conformance } from 'contracts/conformance/conformance';
import { sql } from 'kysely';
import { migrations } from '../social-service/src/migrations/index.ts';
import { openBrowser, type Browser, type BrowserResponse } from 'chassis/testing/browser';
import { ready, start, type System } from './support/system.ts';

jest.setTimeout(120_000);

const ann = { username: 'ann_in_a_story', email: 'ann@story.example', password: 'a long walk 🐕' };
const bob = { username: 'bob_in_a_story', email: 'bob@story.example', password: 'eight is enough' };

type Item = { id: number; content: string; author: { username: string } | null };
const items = ({ body }: BrowserResponse): Item[] => (body as { items: Item[] }).items;
const postsIn = (answer: BrowserResponse) =>
  items(answer).map(({ content, author }) => [content, author?.username]);

async function register(browser: Browser, person: typeof ann): Promise<number> {
  const { status, body } = await browser.request('POST', '/api/auth/register', person);
  expect([status, Object.keys(body as object)]).toEqual([201, ['user']]);
  return (body as { user: { id: number } }).user.id;
}

test('two users register, become friends, write posts, change a name and delete an account, and no secret leaks', async () => {
  const system = await start({ LOG_LEVEL: 'trace' });
  await ready(system);
  const [a, b] = [openBrowser(system.url), openBrowser(system.url)];
  const annId = await register(a, ann);
  const bobId = await register(b, bob);

  // They become friends.
  const requested = await a.request('PUT', `/api/friends/${bobId}`);
  expect([requested.status, requested.body]).toEqual([200, { id: bobId, state: 'requested' }]);
  const requests = await b.request('GET', '/api/friends/requests');
  expect(items(requests)).toEqual([expect.objectContaining({ id: annId, username: ann.username })]);
  const accepted = await b.request('PUT', `/api/friends/${annId}`);
  expect(accepted.body).toEqual({ id: annId, state: 'friends' });
  expect(items(await a.request('GET', '/api/friends'))).toEqual([
    expect.objectContaining({ id: bobId, username: bob.username }),
  ]);

  // Both write a post, and both see both posts with names.
  const first = await a.request('POST', '/api/posts', { content: 'Out for a walk.' });
  expect(first.status).toBe(201);
  expect(first.body).toMatchObject({ author: { id: annId, username: ann.username } });
  await b.request('POST', '/api/posts', { content: '  Wait for me!  ' });
  const both = [
    ['  Wait for me!  ', bob.username],
    ['Out for a walk.', ann.username],
  ];
  expect(postsIn(await a.request('GET', '/api/feed'))).toEqual(both);
  expect(postsIn(await b.request('GET', '/api/feed'))).toEqual(both);

  // A change is visible at once.
  const path = first.headers.get('location')!;
  expect((await b.request('PATCH', path, { content: 'Not mine.' })).status).toBe(403);
  await a.request('PATCH', path, { content: 'Back home.' });
  expect((await b.request('GET', path)).body).toMatchObject({ content: 'Back home.' });
  const renamed = await a.request('PATCH', '/api/me', { username: 'ann_of_the_hills' });
  expect(renamed.body).toEqual({ id: annId, username: 'ann_of_the_hills', email: ann.email });
  expect(postsIn(await b.request('GET', '/api/feed'))).toEqual([
    both[0],
    ['Back home.', 'ann_of_the_hills'],
  ]);

  // Logout, and login by e-mail with a new password. The old password is rejected.
  const changed = { password: 'eight is not enough', currentPassword: bob.password };
  expect((await b.request('PATCH', '/api/me', changed)).status).toBe(200);
  expect((await b.request('POST', '/api/auth/logout')).status).toBe(204);
  expect([...b.cookies.keys()]).toEqual(['device']);
  expect((await b.request('GET', '/api/feed')).status).toBe(401);
  const logIn = (password: string) =>
    b.request('POST', '/api/auth/login', { username: bob.email.toUpperCase(), password });
  expect((await logIn(bob.password)).status).toBe(401);
  expect((await logIn(changed.password)).body).toEqual({
    user: { id: bobId, username: bob.username },
  });

  // A deleted user is gone as a user and as a friend, and cannot log in. The name is free again.
  const confirmed = { currentPassword: ann.password };
  expect((await a.request('DELETE', '/api/me', { currentPassword: 'a guess' })).status).toBe(403);
  expect((await a.request('DELETE', '/api/me', confirmed)).status).toBe(204);
  expect([...a.cookies]).toEqual([]);
  expect((await b.request('GET', `/api/users/${annId}`)).status).toBe(404);
  expect((await b.request('GET', `/api/users/${annId}/profile`)).status).toBe(404);
  expect(items(await b.request('GET', '/api/friends'))).toEqual([]);
  const credentials = { username: 'ann_of_the_hills', password: ann.password };
  expect((await a.request('POST', '/api/auth/login', credentials)).status).toBe(401);
  await register(openBrowser(system.url), { ...ann, username: 'ann_of_the_hills' });

  await expectNoSecrets(system, [a, b], [changed.password]);
});

/** Expects e-mails, passwords, hashes and tokens only in answers of /api/me and in cookies. */
async function expectNoSecrets(
  system: System,
  browsers: readonly Browser[],
  passwords: readonly string[],
): Promise<void> {
  const violations = conformance('gateway');
  const secret = new RegExp(
    [
      ...[ann, bob].flatMap(({ email, password }) => [email, password]),
      ...passwords,
      ...browsers.flatMap(({ cookieValues }) => cookieValues.filter((value) => value !== '')),
      '$argon2',
      'eyJ',
    ]
      .map((text) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`))
      .join('|'),
    'i',
  );
  for (const { request, response } of browsers.flatMap(({ history }) => history)) {
    const [method = '', path = ''] = request.split(' ');
    const headers = Object.fromEntries(response.headers);
    expect(violations({ method, path, ...response, headers })).toEqual([]);
    const allowed = request.endsWith('/api/me') ? [ann.email, bob.email] : [];
    const text = allowed.reduce((rest, email) => rest.replaceAll(email, ''), response.text);
    expect([request, secret.exec(text)]).toEqual([request, null]);
  }
  for (const index of [1, 3, 5]) {
    const metrics = await (await fetch(`http://127.0.0.1:${system.ports[index]}/metrics`)).text();
    expect(secret.exec(metrics)).toBeNull();
  }
  process.kill(system.pid, 'SIGTERM');
  await system.ended;
  expect(system.text()).toContain('"route":"/api/auth/login"');
  expect(secret.exec(system.text())).toBeNull();
  expect(secret.exec(await socialData(system))).toBeNull();
}

/** Returns all rows of all tables of Social as text. */
async function socialData({ dataDir }: System): Promise<string> {
  const database = await openDatabase({
    databaseUrl: undefined,
    dataDir: join(dataDir, 'social'),
    migrations,
    log: createLogger('test', 'silent'),
  });
  const { rows: tables } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables where table_schema = 'public'`.execute(
    database.db,
  );
  expect(tables.map(({ name }) => name)).toContain('posts');
  const dumps = await Promise.all(
    tables.map(({ name }) =>
      sql<{ row: string }>`select t::text as row from ${sql.table(name)} t`.execute(database.db),
    ),
  );
  await database.close();
  const text = dumps.flatMap(({ rows }) => rows.map(({ row }) => row)).join('\n');
  expect(text).toContain('Wait for me!');
  return text;
}
