// A new name, and leaving: nobody is answered the older name by this gateway.
import { describe, expect, test } from '@jest/globals';
import { PASSWORD } from '../support/accounts.ts';
import { hangsUp } from '../support/behaviours.ts';
import { askAndMayLeave, until, type Heard } from '../support/client.ts';
import { bearer } from '../support/session.ts';
import { stage, type Stage } from '../support/stage.ts';

const env = {
  AUTHOR_TTL_MS: '60000',
  AUTHOR_STALE_MS: '60000',
  POST_TTL_MS: '60000',
  BREAKER_VOLUME: '1000',
};

/** User 7, who wrote post 6 and is a friend of user 6. */
async function arrange() {
  const it = await stage({ env });
  const [seven, six] = [7, 6].map((id) => bearer(it.identity.begin(id)));
  await it.get('/api/friends', { headers: seven! });
  return { it, headers: seven!, six: six! };
}

type Headers = Readonly<Record<string, string>>;
const rename = (it: Stage, headers: Headers) =>
  it.get('/api/me', { method: 'PATCH', headers, json: { username: 'sun_dog' } });
const leave = (it: Stage, headers: Headers) =>
  it.get('/api/me', { method: 'DELETE', headers, json: { currentPassword: PASSWORD } });

/** Every name of user 7 in an answer. */
const namesIn = ({ text }: Heard): string[] =>
  [...text.matchAll(/"id":7,(?:"since":"[^"]+",)?"username":("\w+"|null)/g)].map(
    ([, name]) => name!,
  );

const READS = [
  '/api/users/7',
  '/api/users/7/profile',
  '/api/posts/6',
  '/api/posts?ids=6,5',
  '/api/friends',
];

describe('a new name', () => {
  test('is in every answer at once', async () => {
    const { it, headers, six } = await arrange();
    for (const path of READS)
      expect(namesIn(await it.get(path, { headers: six }))).toContain('"user_7"');
    expect((await rename(it, headers)).body).toMatchObject({ id: 7, username: 'sun_dog' });
    for (const path of READS) {
      const names = namesIn(await it.get(path, { headers: six }));
      expect(new Set(names)).toEqual(new Set(['"sun_dog"']));
    }
    expect((await it.get('/api/me', { headers })).body).toMatchObject({ username: 'sun_dog' });
  });

  test('is not lost to a look-up that was in the air', async () => {
    const { it, headers } = await arrange();
    const release = it.identity.hold();
    it.identity.forget();
    const before = it.get('/api/users/7');
    await until('Identity is asked', () => it.identity.seen.length === 1);
    it.identity.behave();
    await rename(it, headers);
    expect(namesIn(await it.get('/api/posts/6'))).toEqual(['"sun_dog"']);
    release();
    expect(namesIn(await before)).toEqual(['"user_7"']);
    it.identity.behave();
    expect(namesIn(await it.get('/api/posts/6'))).toEqual(['"sun_dog"']);
  });

  test('whose answer was lost is seen as well; the older one does not even stand in', async () => {
    const { it, headers } = await arrange();
    await it.get('/api/users/7');
    it.identity.behave(hangsUp);
    expect((await rename(it, headers)).status).toBe(504);
    const heard = await it.get('/api/posts/6');
    expect([heard.status, heard.body]).toEqual([200, expect.objectContaining({ author: null })]);
    it.identity.behave();
    expect(namesIn(await it.get('/api/users/7'))).toEqual(['"sun_dog"']);
  });

  test('of a client that hung up is seen as well', async () => {
    const { it, headers } = await arrange();
    await it.get('/api/users/7');
    const release = it.identity.hold();
    it.identity.forget();
    const client = askAndMayLeave(`${it.gateway.url}/api/me`, {
      method: 'PATCH',
      headers,
      json: { username: 'sun_dog' },
    });
    await until('Identity is told', () => it.identity.seen.length === 1);
    await client.leave();
    await until('the gateway knows', async () => {
      return (await it.metric('http_requests_in_flight')) === 0;
    });
    release();
    await until('the new name is there', async () => {
      return namesIn(await it.get('/api/users/7'))[0] === '"sun_dog"';
    });
    expect(it.identity.seen[0]).toMatchObject({ method: 'PATCH', left: false });
  });

  test('that is refused changes nothing', async () => {
    const { it, headers } = await arrange();
    const heard = await it.get('/api/me', { method: 'PATCH', headers, json: { username: '?' } });
    expect(heard.status).toBe(400);
    expect(namesIn(await it.get('/api/users/7'))).toEqual(['"user_7"']);
  });
});

describe('who leaves', () => {
  test('is gone from every answer at once', async () => {
    const { it, headers, six } = await arrange();
    for (const path of READS) await it.get(path, { headers: six });
    expect((await leave(it, headers)).status).toBe(204);
    expect((await it.get('/api/users/7')).status).toBe(404);
    expect((await it.get('/api/posts/6')).body).toMatchObject({ author: null });
    for (const path of READS) expect(namesIn(await it.get(path, { headers: six }))).toEqual([]);
  });

  test('cannot be asked to be friends any more', async () => {
    const { it, headers, six } = await arrange();
    await it.get('/api/users/7');
    await leave(it, headers);
    const heard = await it.get('/api/friends/7', { method: 'PUT', headers: six });
    expect(heard.status).toBe(404);
    expect(it.social.seen.filter(({ method }) => method === 'PUT')).toEqual([]);
  });
});
