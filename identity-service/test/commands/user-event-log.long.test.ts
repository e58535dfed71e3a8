// `npm run backfill` and `npm run compact`, as a person runs them; and the routes of the admin port behind them.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { logged, runNode, startNode } from 'chassis/testing/process';
import {
  describeOnServer,
  embeddedDatabase,
  serverDatabase,
  type TestDatabase,
} from 'chassis/testing/database';
import { addUsersWithoutEvents } from '../support/unlogged-users.ts';
import { foldUsernames, summaryOf, readAll } from '../support/event-log.ts';
import { openTestDatabase } from '../support/database.ts';
import { type Identity, startIdentity } from '../support/service.ts';

jest.setTimeout(60_000);

const folder = join(import.meta.dirname, '../..');

const command = (name: 'backfill' | 'compact', env: Readonly<Record<string, string>>) =>
  runNode(join(folder, 'src/main.ts'), env, name);
const adminOf = ({ adminUrl }: Identity) => ({ ADMIN_PORT: new URL(adminUrl).port });

test.each(['backfill', 'compact'])('npm run %s is this command', (name) => {
  const { scripts } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  expect(scripts[name]).toBe(`exec node src/main.ts ${name}`);
});

test('a command without a running service prints the address that it tried', async () => {
  const gone = createServer().listen(0, '127.0.0.1');
  await once(gone, 'listening');
  const { port } = gone.address() as AddressInfo;
  gone.close();
  await once(gone, 'close');
  expect(await command('backfill', { ADMIN_PORT: String(port), ADMIN_HOST: '0.0.0.0' })).toEqual({
    code: 1,
    stderr: `No answer from http://127.0.0.1:${port}. Is the service running? If its port is another one, set ADMIN_PORT; its log line "listening" has the adminUrl.\n`,
    lines: [],
  });
});

test('a command prints the answer of a service that is not ready', async () => {
  const ill = createServer((_req, res) => {
    res.writeHead(503, { 'Content-Type': 'application/problem+json' });
    res.end('{"detail":"The database does not answer"}');
  }).listen(0, '127.0.0.1');
  await once(ill, 'listening');
  const { port } = ill.address() as AddressInfo;
  expect(await command('compact', { ADMIN_PORT: String(port) })).toEqual({
    code: 1,
    stderr: `http://127.0.0.1:${port}/log/compact answered with 503: The database does not answer.\n`,
    lines: [],
  });
  ill.close();
});

describe('with an embedded database', () => {
  let testDatabase: TestDatabase;
  let identity: Identity;
  beforeAll(async () => {
    testDatabase = await embeddedDatabase();
    identity = await startIdentity(testDatabase);
  });
  afterAll(async () => {
    await identity.stop();
    await testDatabase.remove();
  });
  const admin = (path: string, init: RequestInit = {}) =>
    fetch(identity.adminUrl + path, { method: 'POST', ...init });

  test('both commands are carried out by the running service, and print the result', async () => {
    const { bearer } = await identity.register('wordy');
    for (const username of ['wordy_2', 'wordy_3'])
      await identity.request('/api/me', { method: 'PATCH', headers: bearer, json: { username } });
    const before = foldUsernames(await readAll(identity));
    expect(await command('backfill', adminOf(identity))).toEqual({
      code: 0,
      stderr: '',
      lines: ['The log has all users. Appended: 0 UserCreated, 0 UserUpdated, 0 UserDeleted.'],
    });
    expect(await command('compact', adminOf(identity))).toEqual({
      code: 0,
      stderr: '',
      lines: ['The log is compacted. Deleted: 2 superseded events, 0 old UserDeleted events.'],
    });
    expect(foldUsernames(await readAll(identity))).toEqual(before);
  });

  test.each(['/log/backfill', '/log/compact'])('%s answers with its result', async (path) => {
    const answer = await admin(path);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await answer.json()).toEqual({ did: expect.any(Object), next: null });
    expect(await (await admin(`${path}?after=9007199254740991`)).json()).toMatchObject({
      next: null,
    });
  });

  test.each(['/log/backfill', '/log/compact'])('%s is a 403 for a foreign page', async (path) => {
    const headers = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' };
    expect((await admin(path, { headers })).status).toBe(403);
  });

  test.each([
    ['/log/backfill?after=-1', 400],
    ['/log/compact?after=9007199254740992', 400],
    ['/log/compact?before=1', 400],
    ['/log/rewrite', 404],
  ])('%s is a %i', async (path, status) => {
    expect((await admin(path)).status).toBe(status);
  });

  test('/log/backfill is a 405 for GET, and a 404 on the public port', async () => {
    expect((await admin('/log/backfill', { method: 'GET' })).status).toBe(405);
    expect((await fetch(`${identity.url}/log/backfill`, { method: 'POST' })).status).toBe(404);
  });
});

test('users without events get them when an embedded database is opened again', async () => {
  const testDatabase = await embeddedDatabase();
  const database = await openTestDatabase(testDatabase, undefined, false);
  await addUsersWithoutEvents(database.db, 1, 3);
  await database.close();
  const identity = await startIdentity(testDatabase, { DEMO_DATA: 'false' });
  let events = await readAll(identity);
  while (events.length === 0) events = await readAll(identity);
  expect(summaryOf(events)).toEqual([
    ['UserCreated', 1, 'old_1'],
    ['UserCreated', 2, 'old_2'],
    ['UserCreated', 3, 'old_3'],
  ]);
  await identity.stop();
  await testDatabase.remove();
});

const line = (created: number) =>
  `The log has all users. Appended: ${created} UserCreated, 0 UserUpdated, 0 UserDeleted.`;

describeOnServer('with a server, a log that lacks users', () => {
  test('causes a warning at the start that names the command, which adds them', async () => {
    const testDatabase = await serverDatabase();
    const database = await openTestDatabase(testDatabase, undefined, false);
    await addUsersWithoutEvents(database.db, 1, 1200);
    await database.close();
    const { DATABASE_URL = '' } = testDatabase.settings;
    const main = join(folder, 'src/main.ts');
    const service = startNode(main, { DATABASE_URL, PORT: '0', ADMIN_PORT: '0' });
    const [{ adminUrl }, warning] = await Promise.all([
      logged(service, 'listening'),
      logged(
        service,
        'users without an event in the user event log; run: npm run backfill -w identity-service',
      ),
    ]);
    expect(warning).toMatchObject({ level: 'warn', unknown: 1200 });
    const metric = async () =>
      /^identity_log_unknown_users (\d+)$/m.exec(
        await (await fetch(`${String(adminUrl)}/metrics`)).text(),
      )?.[1];
    expect(await metric()).toBe('1200');

    const env = { ADMIN_PORT: new URL(String(adminUrl)).port };
    expect(await command('backfill', env)).toMatchObject({ code: 0, lines: [line(1200)] });
    expect(await command('backfill', env)).toMatchObject({ code: 0, lines: [line(0)] });
    expect(await metric()).toBe('0');
    expect(await service.stop()).toEqual({ code: 0, stderr: '' });
    await testDatabase.remove();
  });
});
