// Where an author comes from by default: fresh cache → Identity → stale cache → Social's copy → the authorless post.
import { describe, expect, test } from '@jest/globals';
import type { FriendPage, Page, Profile } from 'contracts/types';
import { become, command, stateOf } from '../support/breakers.ts';
import { only, silent, status } from '../support/behaviours.ts';
import { until } from '../support/client.ts';
import {
  expectDegraded,
  expectProblem,
  expectTold,
  MARGIN_MS,
  member,
} from '../support/expectations.ts';
import { bearer } from '../support/session.ts';
import { stage, type Casting } from '../support/stage.ts';
import { userOf, wholePost } from '../support/world.ts';

const POST = '/api/posts/5';
const AUTHOR = 6;
const COPY = /^\/api\/authors/;
const FROM_COPY = 'author; fwd=miss; detail=replica';

/** Social's copy has another name for the author of POST, so that it shows whose word an answer is. */
async function arrange({ env, ...casting }: Casting = {}) {
  const it = await stage({ ...casting, env: { AUTHOR_STRATEGY: 'hybrid', ...env } });
  it.social.copy.hold(AUTHOR, 'copied');
  const missing = 'gateway_degraded_answers_total{part="author",reason="missing"}';
  const replica = 'gateway_degraded_answers_total{part="author",reason="replica"}';
  return {
    ...it,
    /** How many answers were degraded, by reason. */
    degraded: async () => ({
      missing: await it.metric(missing),
      replica: await it.metric(replica),
    }),
  };
}

const by = (username: string) => ({ ...wholePost(5), author: { id: AUTHOR, username } });

describe('the rungs', () => {
  test('1: a fresh name is not asked for, neither at Identity nor at the copy', async () => {
    const { get, identity, social } = await arrange();
    await get(POST);
    await identity.refuse();
    const heard = await get(POST);
    expect(heard.body).toEqual(by('user_6'));
    expect(heard.headers['cache-status']).toMatch(/author; hit; ttl=\d+$/);
    expect(heard.headers['etag']).toBeDefined();
    expect(social.asked(COPY)).toBe(0);
  });

  test('2: Identity’s word comes before the copy, also that there is no such user', async () => {
    const { get, identity, social } = await arrange();
    identity.rename(AUTHOR, null);
    const heard = await get(POST);
    expect(heard.body).toEqual({ ...wholePost(5), author: null });
    expect(heard.headers['cache-status']).toBe('post; fwd=miss, author; fwd=miss');
    expect(heard.headers['etag']).toBeDefined();
    expect((await get(`/api/users/${AUTHOR}`)).status).toBe(404);
    expect(social.asked(COPY)).toBe(0);
  });

  test('3: a name that is no longer fresh comes before the copy', async () => {
    const { get, identity, social } = await arrange({ env: { AUTHOR_TTL_MS: '1' } });
    await get(POST);
    await identity.refuse();
    const heard = await get(POST);
    expect(heard.body).toEqual(by('user_6'));
    expect(member(heard, 'cache-status', 'author')).toContain('fwd=stale');
    expect(social.asked(COPY)).toBe(0);
  });

  test('4: then the copy, and the answer says so', async () => {
    const { get, identity, social, degraded } = await arrange({
      env: { AUTHOR_TTL_MS: '1', AUTHOR_STALE_MS: '0' },
    });
    await get(POST);
    await identity.refuse();
    const heard = await get(POST);
    expect(heard.body).toEqual(by('copied'));
    expectDegraded(heard);
    expect(heard.headers['cache-status']).toBe(`post; fwd=miss, ${FROM_COPY}`);
    expect(heard.headers['proxy-status']).toBe('identity; error=connection_refused');
    expect(heard.headers['server-timing']).toMatch(/^social;dur=[\d.]+, identity;dur=[\d.]+$/);
    expect(social.seen.at(-1)?.path).toBe(`/api/authors?ids=${AUTHOR}`);
    expect(await degraded()).toEqual({ missing: 0, replica: 1 });
  });

  test('5: an author whom the copy does not know is null, and that is degraded: it may be late', async () => {
    const { get, identity, social, degraded } = await arrange();
    social.copy.hold(AUTHOR, null);
    await identity.refuse();
    const heard = await get(POST);
    expect(heard.body).toEqual({ ...wholePost(5), author: null });
    expectDegraded(heard);
    expect(member(heard, 'cache-status', 'author')).toBe(
      'author; fwd=miss; detail=connection_refused',
    );
    expect(heard.headers['proxy-status']).toBe('identity; error=connection_refused');
    expect(await degraded()).toEqual({ missing: 1, replica: 0 });
    // Nor is it a 404: nobody can say that there is no such user.
    expectProblem(await get(`/api/users/${AUTHOR}`), 503, 'upstream-unavailable', '/api/users/6');
  });

  test('5: a copy that fails, too, leaves the post without its author, and is told beside Identity', async () => {
    const { get, identity, social, degraded } = await arrange();
    await identity.refuse();
    social.behave(only(COPY, status(500)));
    const heard = await get(POST);
    expect(heard.body).toEqual({ ...wholePost(5), author: null });
    expectDegraded(heard);
    expectTold(heard, 'identity', { error: 'connection_refused' });
    expectTold(heard, 'social', { receivedStatus: 500 });
    expect(await degraded()).toEqual({ missing: 1, replica: 0 });
  });
});

describe('the breaker of the copy', () => {
  test('opens by the copy’s failures alone, is seen, is counted, and closes by itself', async () => {
    const it = await arrange({ env: { BREAKER_VOLUME: '2', BREAKER_RESET_MS: '50' } });
    await it.identity.refuse();
    it.social.behave(only(COPY, status(500)));
    await until('it has refused', async () => {
      await it.get(POST);
      const open = 'gateway_rejections_total{upstream="social-copy",reason="breaker_open"}';
      return ((await it.metric(open)) ?? 0) > 0;
    });
    expect(await stateOf(it, 'social')).toBe('closed');
    it.social.behave();
    const heard = await until('the copy is asked again', async () => {
      const again = await it.get(POST);
      return member(again, 'cache-status', 'author') === FROM_COPY && again;
    });
    expect(heard.body).toEqual(by('copied'));
    await become(it, 'social-copy', 'closed');
  });

  test('held open by hand, the copy is not asked', async () => {
    const it = await arrange();
    await it.identity.refuse();
    await command(it, 'social-copy', 'open');
    expect((await it.get(POST)).body).toEqual({ ...wholePost(5), author: null });
    expect(it.social.asked(COPY)).toBe(0);
    expect(await stateOf(it, 'social-copy')).toBe('forced_open');
  });
});

const authorsIn = ({ items }: Page) => items.map(({ author }) => author);

describe('with Identity dead from the start', () => {
  const SESSION = 7;
  /** Nothing is cached but the keys, by which the viewer's token is known. */
  async function dead(casting: Casting = {}) {
    const it = await arrange(casting);
    const headers = bearer(it.identity.begin(SESSION));
    await it.get('/api/me', { headers });
    await it.identity.refuse();
    it.social.forget();
    return { ...it, headers };
  }

  const names: readonly [string, (body: unknown) => unknown, unknown][] = [
    [POST, (body) => body, by('copied')],
    ['/api/posts?ids=5,6', (body) => authorsIn(body as Page), [by('copied').author, userOf(7)]],
    ['/api/users/6', (body) => body, by('copied').author],
    [
      '/api/users/6/posts?limit=2',
      (body) => authorsIn(body as Page),
      [by('copied').author, by('copied').author],
    ],
    ['/api/users/6/profile', (body) => (body as Profile).user, by('copied').author],
    [
      '/api/users/6/profile',
      (body) => new Set((body as Profile).posts.map(({ author }) => author?.username)),
      new Set(['copied']),
    ],
    [
      '/api/feed?limit=3',
      (body) => authorsIn(body as Page),
      [993, 992, 991].map((id) => wholePost(id).author),
    ],
    [
      '/api/friends',
      (body) => (body as FriendPage & Page).items.map((friend) => Object(friend).username),
      ['user_8', 'user_9', 'user_10'],
    ],
    [
      '/api/friends/requests?direction=outgoing',
      (body) => (body as Page).items.map((request) => Object(request).username),
      ['user_12', 'user_13'],
    ],
  ];

  test.each(names)('%s has its names from the copy, and says so', async (path, read, expected) => {
    const { get, headers, degraded, social } = await dead();
    const heard = await get(path, { headers });
    expect(read(heard.body)).toEqual(expected);
    expectDegraded(heard);
    expect(member(heard, 'cache-status', 'author')).toBe(FROM_COPY);
    expect(heard.headers['proxy-status']).toBe('identity; error=connection_refused');
    expect(await degraded()).toEqual({ missing: 0, replica: 1 });
    expect(social.asked(COPY)).toBe(1);
  });

  test.each([...new Set(names.map(([path]) => path))])(
    '%s is a 503 for a client that wants all or nothing',
    async (path) => {
      const { get, headers } = await dead();
      const heard = await get(path, { headers: { ...headers, Prefer: 'handling=strict' } });
      expectProblem(heard, 503, 'incomplete-answer', path.replace(/\?.*/, ''));
      expect((heard.body as { detail: string }).detail).toMatch(/author/);
      expect(heard.headers['preference-applied']).toBe('handling=strict');
      expectTold(heard, 'identity', { error: 'connection_refused' });
    },
  );

  test('a new post is told with its author from the copy', async () => {
    const { get, headers } = await dead();
    const heard = await get('/api/posts', { method: 'POST', headers, json: { content: 'Hi.' } });
    expect([heard.status, heard.body]).toEqual([
      201,
      expect.objectContaining({ author: userOf(SESSION) }),
    ]);
  });

  test('a feed of 100 posts costs Social two requests: the page, and all of its authors at once', async () => {
    const { get, headers, social } = await dead();
    const heard = await get('/api/feed?limit=100', { headers });
    expect((heard.body as Page).items).toHaveLength(100);
    expect(authorsIn(heard.body as Page)).not.toContain(null);
    const [page, copy, ...others] = social.seen.map(({ path }) => path);
    expect([page, others]).toEqual(['/api/feed?limit=100', []]);
    expect(copy?.match(/\d+/g)).toHaveLength(100);
  });

  test('with its breaker open it is the same two, and nothing waits', async () => {
    const it = await dead();
    await command(it, 'identity', 'open');
    const heard = await it.get('/api/feed?limit=100', { headers: it.headers });
    expect(authorsIn(heard.body as Page)).not.toContain(null);
    expect(it.social.seen).toHaveLength(2);
    expect(heard.headers['proxy-status']).toBe('identity; error=destination_unavailable');
    expect(heard.headers['server-timing']).toMatch(/^social;dur=[\d.]+$/);
  });

  test('equal requests to the copy at once are one', async () => {
    const { get, social, metric } = await dead();
    const release = social.hold(COPY);
    const both = [get(POST), get(POST)];
    await until('both wait', async () => (await metric('http_requests_in_flight')) === 2);
    await until('the copy is asked', () => social.asked(COPY) > 0);
    release();
    for (const heard of await Promise.all(both)) expect(heard.body).toEqual(by('copied'));
    expect(social.asked(COPY)).toBe(1);
  });

  test('names from the copy are not kept: what it learns is in the next answer', async () => {
    const { get, social } = await dead();
    await get(POST);
    social.copy.hold(AUTHOR, 'renamed');
    expect((await get(POST)).body).toEqual(by('renamed'));
  });

  test('it comes back by itself: then names are Identity’s again, and answers whole', async () => {
    const { get, identity } = await dead({ env: { BREAKER_RESET_MS: '50' } });
    expect((await get(POST)).body).toEqual(by('copied'));
    await identity.accept();
    const whole = await until('the answer is whole', async () => {
      const heard = await get(POST);
      return heard.headers['etag'] !== undefined && heard;
    });
    expect(whole.body).toEqual(by('user_6'));
  });
});

describe('with a slow Identity', () => {
  const LIMIT_MS = 300;
  const env = { AUTHOR_DEADLINE_MS: String(LIMIT_MS) };

  test('the copy is asked early enough: the whole look-up takes no longer than ever', async () => {
    const { get, identity } = await arrange({ env });
    identity.behave(silent);
    for (const path of [POST, '/api/users/6']) {
      const heard = await get(path);
      expect(heard.text).toContain('"copied"');
      expect(heard.headers['proxy-status']).toBe('identity; error=http_response_timeout');
      expect(heard.ms).toBeLessThan(LIMIT_MS + MARGIN_MS);
    }
  });

  test('and a slow copy, both together take no longer, and the author is null', async () => {
    const { get, identity, social } = await arrange({ env });
    identity.behave(silent);
    social.behave(only(COPY, silent));
    const heard = await get(POST);
    expect(heard.body).toEqual({ ...wholePost(5), author: null });
    expect(heard.ms).toBeLessThan(LIMIT_MS + MARGIN_MS);
    expectTold(heard, 'identity', { error: 'http_response_timeout' });
    expectTold(heard, 'social', { error: 'http_response_timeout' });
  });
});
