// A friend request to an id that never existed, sent while Identity is away, to the complete service.
import { expect, jest, test } from '@jest/globals';
import { embeddedDatabase } from 'chassis/testing/database';
import { until } from 'chassis/testing/until';
import { startTestSocial } from '../support/service.ts';

jest.setTimeout(180_000);

test('a friend request to nobody disappears when Identity is back, and one to a user stays', async () => {
  const database = await embeddedDatabase();
  const { identity, requestAs, stop } = await startTestSocial(database);
  identity.users.set(3, 'cat_sun_dog');
  identity.disconnect();
  for (const id of [3, 999])
    expect((await requestAs(5, `/api/friends/${id}`, { method: 'PUT' })).status).toBe(200);
  identity.reconnect();
  const stateOf = async (id: number) =>
    ((await requestAs(5, `/api/friends/${id}`)).body as { state: string }).state;
  await until('the request is gone', async () => (await stateOf(999)) === 'none', 90_000);
  expect(await stateOf(3)).toBe('requested');
  await stop();
  await database.remove();
});
