// Devices that logged in before are not locked out by strangers who guess passwords.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { embeddedDatabase, type TestDatabase } from 'chassis/testing/database';
import { PASSWORD } from 'chassis/testing/users';
import { type Identity, sessionOf, startIdentity, withBearer } from '../support/service.ts';

const NEW_PASSWORD = 'another one that nobody logs';

let database: TestDatabase;
let identity: Identity;
beforeAll(async () => {
  database = await embeddedDatabase();
  identity = await startIdentity(database, { LOGIN_PER_ACCOUNT: '3', LOGIN_PER_ADDRESS: '1000' });
});
afterAll(async () => {
  await identity.stop();
  await database.remove();
});

const logIn = (username: string, password: string, deviceToken?: string) =>
  identity.request('/api/sessions', {
    method: 'POST',
    json: { username, password },
    headers: deviceToken === undefined ? {} : { 'X-Device-Token': deviceToken },
  });
const tokenOf = ({ headers }: Awaited<ReturnType<typeof logIn>>) =>
  String(headers['x-device-token']);

/** Registers a user, and guesses wrong passwords until the log-in is locked. */
async function lockedUser(username: string) {
  const json = { username, email: `${username}@example.org`, password: PASSWORD };
  const response = await identity.request('/api/users', { method: 'POST', json });
  expect(response.status).toBe(201);
  for (const name of [username, json.email]) {
    for (let at = 1; at <= 3; at += 1)
      expect((await logIn(name, 'a stranger guesses')).status).toBe(401);
    expect((await logIn(name, PASSWORD)).status).toBe(429);
  }
  return { ...withBearer(sessionOf(response)), deviceToken: tokenOf(response), email: json.email };
}

test('the device that registered, or logged in, can log in although others have guessed', async () => {
  const { deviceToken, email } = await lockedUser('owner');
  const again = await logIn('owner', PASSWORD, deviceToken);
  expect(again.status).toBe(201);
  expect(again.headers['ratelimit']).toMatch(/^"account";r=3;t=\d+$/);
  expect((await logIn(email, PASSWORD, tokenOf(again))).status).toBe(201);
  expect((await logIn('owner', PASSWORD)).status).toBe(429);
});

test('an address whose attempts are used up does not keep a known device out', async () => {
  const own = await embeddedDatabase();
  const service = await startIdentity(own, { LOGIN_PER_ADDRESS: '1' });
  const post = async (password: string, headers: Record<string, string> = {}) => {
    const json = { username: 'cat_sun_dog', password };
    return service.request('/api/sessions', { method: 'POST', json, headers });
  };
  try {
    const first = await post('sunny-side-up-2026');
    const guess = await post('not the password');
    const stranger = await post('sunny-side-up-2026');
    const owner = await post('sunny-side-up-2026', { 'X-Device-Token': tokenOf(first) });
    expect([guess, stranger, owner].map(({ status }) => status)).toEqual([401, 429, 201]);
  } finally {
    await service.stop();
    await own.remove();
  }
});

test('a device may guess no more often than anybody else, and locks out itself alone', async () => {
  const { deviceToken } = await lockedUser('guessing');
  const other = tokenOf(await logIn('guessing', PASSWORD, deviceToken));
  for (let remaining = 2; remaining >= 0; remaining -= 1) {
    const { status, headers } = await logIn('guessing', 'forgotten', deviceToken);
    expect([status, headers['ratelimit']]).toEqual([
      401,
      expect.stringMatching(`^"account";r=${remaining};`),
    ]);
  }
  expect((await logIn('guessing', PASSWORD, deviceToken)).status).toBe(429);
  expect((await logIn('guessing', PASSWORD, other)).status).toBe(201);
});

test('a token of another user, or one that was changed or made up, is ignored', async () => {
  const { deviceToken } = await lockedUser('victim');
  const thief = await lockedUser('thief');
  const [device, signature] = deviceToken.split('.') as [string, string];
  const other = thief.deviceToken.split('.')[0]!;
  for (const token of [
    thief.deviceToken,
    `${other}.${signature}`,
    `${device}.${'A'.repeat(43)}`,
    `${device}.`,
    device,
    '',
    'x'.repeat(5000),
  ])
    expect((await logIn('victim', PASSWORD, token)).status).toBe(429);
  expect((await logIn('nobody', PASSWORD, deviceToken)).status).toBe(401);
});

test('a new password ends the tokens of all devices; the device that set it gets a new one', async () => {
  const { deviceToken, bearer } = await lockedUser('changing');
  const change = (json: object) =>
    identity.request('/api/me', { method: 'PATCH', json, headers: bearer });
  expect(tokenOf(await change({ username: 'changing_2' }))).toBe('undefined');
  const changed = await change({ password: NEW_PASSWORD, currentPassword: PASSWORD });
  expect(changed.status).toBe(200);
  expect((await logIn('changing', NEW_PASSWORD, deviceToken)).status).toBe(429);
  expect((await logIn('changing@example.org', NEW_PASSWORD, deviceToken)).status).toBe(429);
  expect((await logIn('changing@example.org', NEW_PASSWORD, tokenOf(changed))).status).toBe(201);
});
