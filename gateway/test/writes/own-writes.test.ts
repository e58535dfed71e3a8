// What a user has just written is never answered from before, by whatever path it is read.
import { describe, expect, test } from '@jest/globals';
import { hangsUp, silent } from '../support/behaviours.ts';
import { askAndMayLeave, until, type Heard } from '../support/client.ts';
import { bearer } from '../support/session.ts';
import { stage, type Stage } from '../support/stage.ts';
import type { Behaviour } from '../support/upstream.ts';

/** Everything is remembered for long. */
const env = {
  POST_TTL_MS: '60000',
  AUTHOR_TTL_MS: '60000',
  AUTHOR_ABSENT_TTL_MS: '60000',
  REQUEST_DEADLINE_MS: '2000',
};

/** User 7, who wrote post 6. */
async function arrange(more: Readonly<Record<string, string>> = {}) {
  const it = await stage({ env: { ...env, ...more } });
  const headers = bearer(it.identity.begin(7));
  await it.get('/api/friends', { headers });
  return { it, headers };
}

const contentsOf = ({ body }: Heard): (string | undefined)[] => {
  const {
    items,
    posts = items,
    content,
  } = body as {
    items?: { content: string }[];
    posts?: { content: string }[];
    content?: string;
  };
  return posts?.map((post) => post.content) ?? [content];
};

const READS = [
  '/api/posts/6',
  '/api/posts?ids=6,4',
  '/api/users/7/posts?limit=100',
  '/api/users/7/profile',
];
const OLD = 'This is post 6.';

describe.each<[string, object | undefined, string | undefined]>([
  ['PATCH', { content: 'Now.' }, 'Now.'],
  ['DELETE', undefined, undefined],
])('after %s of a post', (method, json, now) => {
  const write = (it: Stage, headers: Readonly<Record<string, string>>) =>
    it.get('/api/posts/6', { method, headers, ...(json && { json }) });
  /** Says what is there now, and nothing of what was. */
  const expectNow = (heard: Heard): void => {
    const contents = contentsOf(heard);
    expect(contents).not.toContain(OLD);
    if (now !== undefined) expect(contents).toContain(now);
  };

  test.each(READS)('%s does not answer from what was remembered', async (path) => {
    const { it, headers } = await arrange();
    expect(contentsOf(await it.get(path))).toContain(OLD);
    expect((await write(it, headers)).status).toBeLessThan(300);
    expectNow(await it.get(path));
  });

  test.each(READS)(
    '%s does not join a request that was in the air, nor remember its answer',
    async (path) => {
      const { it, headers } = await arrange();
      // Social has read the post, and its answer is on the way.
      const release = it.social.hold();
      it.social.forget();
      // Post 5 beside it has not changed: who wants that may join.
      const before = it.get(path.replace('6,4', '6,5'));
      const asked = path.endsWith('profile') ? 2 : 1;
      await until('the read is in the air', () => it.social.seen.length === asked);
      it.social.behave();
      expect((await write(it, headers)).status).toBeLessThan(300);

      expectNow(await it.get(path));
      release();
      expect(contentsOf(await before)).toContain(OLD);
      it.social.behave();
      expectNow(await it.get(path));
    },
  );

  test.each<[string, Behaviour]>([
    ['lost', hangsUp],
    ['too late', silent],
  ])('whose answer was %s, nothing is answered from before either', async (_, behaviour) => {
    const { it, headers } = await arrange({ REQUEST_DEADLINE_MS: '700' });
    for (const path of READS) await it.get(path);
    it.social.behave(behaviour);
    expect((await write(it, headers)).status).toBe(504);
    it.social.behave();
    for (const path of READS) expectNow(await it.get(path));
  });

  test('whose client hung up, it is done to its end, and nothing is answered from before', async () => {
    const { it, headers } = await arrange();
    for (const path of READS) await it.get(path);
    const release = it.social.hold();
    it.social.forget();
    const client = askAndMayLeave(`${it.gateway.url}/api/posts/6`, {
      method,
      headers,
      ...(json && { json }),
    });
    await until('the write is out', () => it.social.seen.length === 1);
    await client.leave();
    await until('the gateway knows', async () => {
      return (await it.metric('http_requests_in_flight')) === 0;
    });
    release();
    await until('it is forgotten', async () => {
      return !contentsOf(await it.get('/api/posts/6')).includes(OLD);
    });
    for (const path of READS) expectNow(await it.get(path));
    expect(it.social.seen[0]).toMatchObject({ method, left: false });
  });

  test('a tag of before is worth nothing', async () => {
    const { it, headers } = await arrange();
    const { etag = '' } = (await it.get('/api/posts/6')).headers;
    await write(it, headers);
    const heard = await it.get('/api/posts/6', { headers: { 'If-None-Match': etag } });
    expect(heard.status).toBe(now === undefined ? 404 : 200);
  });
});

const post = (it: Stage, headers: Readonly<Record<string, string>>) =>
  it.get('/api/posts', { method: 'POST', headers, json: { content: 'New.' } });

describe('after a new post', () => {
  test('it is there, also where somebody had looked before', async () => {
    const { it, headers } = await arrange();
    expect((await it.get('/api/posts/1001')).status).toBe(404);
    const heard = await post(it, headers);
    expect([heard.status, heard.headers['location']]).toEqual([201, '/api/posts/1001']);
    expect((await it.get('/api/posts/1001')).body).toEqual(heard.body);
  });

  test('a page, a profile and counts that were in the air are nobody’s any more', async () => {
    const { it, headers } = await arrange();
    const paths = ['/api/users/7/posts', '/api/users/7/profile'];
    const counted = async () => ((await it.get(paths[1]!)).body as { postCount: number }).postCount;
    const count = await counted();
    const release = it.social.hold();
    it.social.forget();
    const before = paths.map((path) => it.get(path));
    await until('all are asked', () => it.social.seen.length >= 2);
    it.social.behave();
    await post(it, headers);
    for (const path of paths) expect(contentsOf(await it.get(path))[0]).toBe('New.');
    expect(await counted()).toBe(count + 1);
    release();
    for (const heard of await Promise.all(before)) expect(contentsOf(heard)).not.toContain('New.');
  });
});

describe('after a change between two people', () => {
  test.each(['PUT', 'DELETE'])(
    'by %s, counts that were in the air are nobody’s any more',
    async (method) => {
      const { it, headers } = await arrange();
      const counted = async () =>
        ((await it.get('/api/users/7/profile')).body as { friendCount: number }).friendCount;
      const count = await counted();
      const release = it.social.hold();
      it.social.forget();
      const before = it.get('/api/users/7/profile');
      await until('it is asked', () => it.social.seen.length === 2);
      it.social.behave();
      expect((await it.get('/api/friends/9', { method, headers })).status).toBeLessThan(300);
      expect(await counted()).not.toBe(count);
      release();
      expect((await before).body).toMatchObject({ friendCount: count });
    },
  );
});
