// The user's own sessions over real sockets.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { embeddedDatabase, type TestDatabase } from 'chassis/testing/database';
import { PASSWORD } from 'chassis/testing/users';
import type { OwnSessions } from 'contracts/types';
import { sessionOf, startIdentity, withBearer, type Identity } from '../support/service.ts';

let database: TestDatabase;
let identity: Identity;
beforeAll(async () => {
  database = await embeddedDatabase();
  identity = await startIdentity(database);
});
afterAll(async () => {
  await identity.stop();
  await database.remove();
});

const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0';
const logIn = async (username: string, userAgent = FIREFOX) => {
  const answer = await identity.request('/api/sessions', {
    method: 'POST',
    json: { username, password: PASSWORD },
    headers: { 'User-Agent': userAgent },
  });
  return withBearer(sessionOf(answer));
};
type User = Awaited<ReturnType<typeof logIn>>;

const answerTo = ({ bearer }: User, method = 'GET', path = '/api/me/sessions') =>
  identity.request(path, { method, headers: bearer });
const list = async (user: User): Promise<OwnSessions['items']> =>
  ((await answerTo(user)).body as OwnSessions).items;
const currentOf = async (user: User) => (await list(user)).find(({ current }) => current)!;
const refreshes = async ({ refreshToken }: User): Promise<number> =>
  (await identity.refresh(refreshToken)).status;

let count = 0;
/** Two sessions of one user: of the registration, and of a log-in. */
async function arrange() {
  const name = `sessions_${(count += 1)}`;
  const phone = await identity.register(name);
  const computer = await logIn(name);
  return { phone, computer };
}

describe('GET /api/me/sessions', () => {
  test('lists each session with its device and times, and says which one asks', async () => {
    const { phone, computer } = await arrange();
    const items = await list(computer);
    expect(items).toHaveLength(2);
    expect(items.filter(({ current }) => current)).toEqual([
      {
        id: expect.any(String),
        device: 'Firefox on Windows',
        createdAt: expect.any(String),
        lastUsedAt: expect.any(String),
        current: true,
      },
    ]);
    expect((await currentOf(phone)).id).not.toBe((await currentOf(computer)).id);
  });

  test('moves the time of the last use with each refresh, and begins with the session that was used last', async () => {
    const { phone, computer } = await arrange();
    const before = await currentOf(phone);
    await refreshes(phone);
    const [first] = await list(computer);
    expect(first).toMatchObject({ id: before.id, createdAt: before.createdAt });
    expect(Date.parse(first!.lastUsedAt)).toBeGreaterThan(Date.parse(before.lastUsedAt));
  });

  test('is a 401 once the session that asks has ended', async () => {
    const { phone, computer } = await arrange();
    await answerTo(computer, 'DELETE');
    for (const method of ['GET', 'DELETE'])
      expect((await answerTo(phone, method)).status).toBe(401);
    const { id } = await currentOf(computer);
    expect((await answerTo(phone, 'DELETE', `/api/me/sessions/${id}`)).status).toBe(401);
    expect(await refreshes(computer)).toBe(200);
  });
});

describe('DELETE /api/me/sessions/{id}', () => {
  test('ends one session and no other; a second time it is a 404', async () => {
    const { phone, computer } = await arrange();
    const path = `/api/me/sessions/${(await currentOf(phone)).id}`;
    expect((await answerTo(computer, 'DELETE', path)).status).toBe(204);
    expect(await refreshes(phone)).toBe(401);
    expect((await answerTo(computer, 'DELETE', path)).status).toBe(404);
    expect(await list(computer)).toHaveLength(1);
  });

  test('is a 404 for the session of another user, which goes on', async () => {
    const [{ phone: mine }, { phone: other }] = [await arrange(), await arrange()];
    const path = `/api/me/sessions/${(await currentOf(other)).id}`;
    expect((await answerTo(mine, 'DELETE', path)).status).toBe(404);
    expect(await refreshes(other)).toBe(200);
  });

  test('is a 400 for anything but the id of a session', async () => {
    const { phone } = await arrange();
    expect((await answerTo(phone, 'DELETE', '/api/me/sessions/1')).status).toBe(400);
  });
});

test('DELETE /api/me/sessions ends all sessions of the user but the one that asks', async () => {
  const [{ phone, computer }, { phone: other }] = [await arrange(), await arrange()];
  expect((await answerTo(computer, 'DELETE')).status).toBe(204);
  expect([await refreshes(phone), await refreshes(computer), await refreshes(other)]).toEqual([
    401, 200, 200,
  ]);
});
