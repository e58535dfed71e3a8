// Identity is down, or says things that no session ends by: valid sessions go on, nobody is logged out.
import { describe, expect, test } from '@jest/globals';
import { command } from '../support/breakers.ts';
import { until, type Heard } from '../support/client.ts';
import { expectProblem, expectNothingOfTheInside, member } from '../support/expectations.ts';
import { faults } from '../support/faults.ts';
import { useNames } from '../support/names.ts';
import { bearer, cookies, justNow, ownPage, setCookies } from '../support/session.ts';
import { stage, type Casting, type Stage } from '../support/stage.ts';
import { answers, refuses } from '../support/upstream.ts';

useNames();

const impatient = { REQUEST_DEADLINE_MS: '1000', AUTHOR_DEADLINE_MS: '300' };

/** A stage whose gateway knows the keys, and two sessions: one with a good access token, one whose time is over. */
async function warmed(casting: Casting = {}) {
  const it = await stage(casting);
  const good = it.identity.begin(7);
  const over = it.identity.begin(8, { exp: justNow() });
  await it.get('/api/friends', { headers: bearer(good) });
  it.identity.forget();
  return { it, good, over };
}

/** Neither logged out nor let in: a 503 that says what is wrong, and when to come again. */
function expectNotNow(heard: Heard, it: Stage): void {
  expectProblem(heard, 503, 'upstream-unavailable', '/api/feed');
  expect(member(heard, 'proxy-status', 'identity')).toBeDefined();
  expect(setCookies(heard)).toEqual({});
  expectNothingOfTheInside(heard, it.identity, it.social);
}

describe('while Identity is down', () => {
  test('a session whose access token is valid goes on, reading and writing, by cookies or Bearer', async () => {
    const { it, good } = await warmed();
    await it.identity.refuse();
    const browser = { ...cookies(good), ...ownPage(it) };
    for (const headers of [browser, bearer(good)]) {
      expect((await it.get('/api/feed', { headers })).status).toBe(200);
      const json = { content: 'Still here.' };
      expect((await it.get('/api/posts', { method: 'POST', headers, json })).status).toBe(201);
      const befriending = { method: 'PUT', headers };
      expect((await it.get('/api/friends/9', befriending)).status).toBe(200);
    }
  });

  test('an access token that was never seen before is checked with the keys that are known', async () => {
    const { it } = await warmed();
    const other = it.identity.begin(9);
    await it.identity.refuse();
    expect((await it.get('/api/feed', { headers: cookies(other) })).status).toBe(200);
  });

  test('a session that has to be renewed waits: once Identity is back, it goes on', async () => {
    const { it, over } = await warmed();
    await it.identity.refuse();
    expectNotNow(await it.get('/api/feed', { headers: cookies(over) }), it);
    await it.identity.accept();
    const heard = await it.get('/api/feed', { headers: cookies(over) });
    expect(heard.status).toBe(200);
    expect(setCookies(heard).access).toMatch(/^eyJ/);
  });

  test('what is public is read as ever by a browser whose session has to wait', async () => {
    const { it, over } = await warmed();
    await it.identity.refuse();
    expect((await it.get('/api/posts/5', { headers: cookies(over) })).status).toBe(200);
  });

  test('its open breaker is the same: at once, without a request', async () => {
    const { it, over } = await warmed();
    await command(it, 'identity', 'open');
    const heard = await it.get('/api/feed', { headers: cookies(over) });
    expectNotNow(heard, it);
    expect(it.identity.seen).toHaveLength(0);
  });
});

describe.each(faults)('while Identity $name', ({ strike, host, name }) => {
  test('a session that has to be renewed hears a 503, never a 401, and keeps its cookies', async () => {
    const { it, good, over } = await warmed({ env: impatient, hosts: { identity: host } });
    await strike(it.identity);
    expectNotNow(await it.get('/api/feed', { headers: cookies(over) }), it);
    expect((await it.get('/api/friends', { headers: cookies(good) })).status).toBe(200);
    expect(name).not.toBe('');
  });
});

test.each(['too-many-requests', 'conflict', 'forbidden', 'not-found', 'overloaded'] as const)(
  'Identity’s word on %s ends no session',
  async (slug) => {
    const { it, over } = await warmed();
    it.identity.behave(answers(refuses(slug)));
    expectNotNow(await it.get('/api/feed', { headers: cookies(over) }), it);
  },
);

describe('while the keys were never had', () => {
  test.each(faults)(
    'as Identity $name, a token is neither good nor bad: a 503',
    async ({ strike, host }) => {
      const it = await stage({ env: impatient, hosts: { identity: host } });
      const session = it.identity.begin(7);
      await strike(it.identity);
      for (const headers of [bearer(session), cookies(session)])
        expectNotNow(await it.get('/api/feed', { headers }), it);
      expect(it.social.seen).toHaveLength(0);
    },
  );

  test.each([
    ['no keys', { keys: [] }],
    ['something else', { items: [] }],
    [
      'keys of another kind',
      { keys: [{ kty: 'oct', k: 'AAAA', kid: 'key-1', alg: 'HS256', use: 'sig' }] },
    ],
  ])('as Identity answers %s, it is a 503 as well', async (_, body) => {
    const it = await stage();
    it.identity.behave(answers({ status: 200, body }));
    expectNotNow(await it.get('/api/feed', { headers: bearer(it.identity.begin(7)) }), it);
  });

  test('they are asked for once for requests at once, and again when Identity is back', async () => {
    const it = await stage();
    const headers = bearer(it.identity.begin(7));
    const release = it.identity.hold();
    const waiting = Array.from({ length: 10 }, () => it.get('/api/friends', { headers }));
    await until('all wait', async () => (await it.metric('http_requests_in_flight')) === 10);
    expect(it.identity.asked(/jwks/)).toBe(1);
    await it.identity.refuse();
    release();
    for (const heard of await Promise.all(waiting)) expect(heard.status).toBe(503);
    await it.identity.accept();
    await until('the keys are there', async () => {
      return (await it.get('/api/friends', { headers })).status === 200;
    });
  });
});
