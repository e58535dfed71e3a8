// `npm run rotate-keys`, as a person runs it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runNode } from 'chassis/testing/process';
import {
  describeOnServer,
  embeddedDatabase,
  emptyFolder,
  serverDatabase,
  type TestDatabase,
} from 'chassis/testing/database';
import { type Identity, startIdentity } from '../support/service.ts';

const folder = join(import.meta.dirname, '../..');
const DONE = /^Created the key ([\w-]{43})\. It signs from \d{4}-\d\d-\d\dT[\d:.]+Z on\.$/;

const rotate = (env: Readonly<Record<string, string>>) =>
  runNode(join(folder, 'src/main.ts'), { LOG_LEVEL: 'silent', ...env }, 'rotate-keys');

const kidsOf = async ({ request }: Identity): Promise<string[]> => {
  const { keys } = (await request('/.well-known/jwks.json')).body as { keys: { kid: string }[] };
  return keys.map(({ kid }) => kid);
};

test('npm run rotate-keys is this command', () => {
  const { scripts } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  expect(scripts['rotate-keys']).toBe('exec node src/main.ts rotate-keys');
});

describe('with an embedded database', () => {
  let testDatabase: TestDatabase;
  beforeAll(async () => {
    testDatabase = await embeddedDatabase();
  });
  afterAll(() => testDatabase.remove());

  test('is rejected while the service has the database, and works once it is stopped; no user is logged out', async () => {
    const before = await startIdentity(testDatabase);
    const person = await before.register('keyholder');
    const [old] = await kidsOf(before);
    const { code, stderr, lines } = await rotate(testDatabase.settings);
    expect([code, lines]).toEqual([1, []]);
    expect(stderr).toMatch(
      /^The data directory .+ is in use by process \d+\..*\nAn embedded database allows only one process: stop the service, run this command again, and then start the service\.\n$/,
    );
    await before.stop();

    const done = await rotate(testDatabase.settings);
    expect(done).toEqual({ code: 0, stderr: '', lines: [expect.stringMatching(DONE)] });
    const after = await startIdentity(testDatabase);
    const [, fresh] = DONE.exec(done.lines[0]!)!;
    expect((await kidsOf(after)).toSorted()).toEqual([old!, fresh!].toSorted());
    expect((await after.request('/api/me', { headers: person.bearer })).status).toBe(200);
    await after.stop();
  });

  test('creates no database where there is none', async () => {
    const nowhere = await emptyFolder();
    expect(await rotate({ DATA_DIR: nowhere })).toEqual({
      code: 1,
      stderr: `There is no database in ${nowhere}. Set DATA_DIR or DATABASE_URL.\n`,
      lines: [],
    });
  });
});

describeOnServer('on a server', () => {
  test('rotates while the service runs, and the service publishes the new key', async () => {
    const testDatabase = await serverDatabase();
    const identity = await startIdentity(testDatabase);
    const { DATABASE_URL } = testDatabase.settings as { DATABASE_URL: string };
    const done = await rotate({ DATABASE_URL });
    expect(done).toEqual({ code: 0, stderr: '', lines: [expect.stringMatching(DONE)] });
    const [, fresh] = DONE.exec(done.lines[0]!)!;
    while (!(await kidsOf(identity)).includes(fresh!)) await pause(20);
    await identity.stop();
    await testDatabase.remove();
  });
});
