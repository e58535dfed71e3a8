// Faults where more than one post is asked for: lists, profiles, users. The representative ones only.
import { describe, expect, test } from '@jest/globals';
import {
  expectDegraded,
  expectNothingOfTheInside,
  expectProblem,
  expectTold,
  MARGIN_MS,
  member,
} from '../support/expectations.ts';
import { silent } from '../support/behaviours.ts';
import { faults, type Fault } from '../support/faults.ts';
import { userOf, wholePost } from '../support/world.ts';
import { stage } from '../support/stage.ts';
import { until } from '../support/client.ts';

const representative = faults.filter(({ name }) =>
  /^(refuses|accepts and never|answers with wrong|answers 500|cuts its body|answers 20 MB$)/.test(
    name,
  ),
);
const deadlines = ({ status }: Fault) =>
  status === 504 ? { author: 100, request: 400 } : { author: 1000, request: 2000 };
const settings = (fault: Fault) => ({
  AUTHOR_DEADLINE_MS: String(deadlines(fault).author),
  REQUEST_DEADLINE_MS: String(deadlines(fault).request),
});
const authorless = (id: number) => ({ ...wholePost(id), author: null });
const slugs = { 502: 'upstream-invalid', 503: 'upstream-unavailable', 504: 'upstream-timeout' };

describe.each(representative)('Identity $name', (fault) => {
  test('a list keeps every post, authorless, in time', async () => {
    const { identity, get } = await stage({ env: settings(fault) });
    await fault.strike(identity);
    const heard = await get('/api/posts?ids=7,5,6');
    expect(heard.body).toEqual({
      items: [7, 5, 6].map(authorless),
    });
    expectDegraded(heard);
    expectTold(heard, 'identity', fault.told);
    expectNothingOfTheInside(heard, identity);
    expect(heard.ms).toBeLessThan(deadlines(fault).author + MARGIN_MS);
  });

  test('a profile keeps its posts and counts, without the user', async () => {
    const { identity, get } = await stage({ env: settings(fault) });
    await fault.strike(identity);
    const heard = await get('/api/users/9/profile');
    expect(heard.body).toMatchObject({ user: null, postCount: 10, friendCount: 3 });
    expect((heard.body as { posts: unknown[] }).posts).toHaveLength(10);
    expect(heard.headers['etag']).toBeUndefined();
    expectTold(heard, 'identity', fault.told);
    expect(heard.ms).toBeLessThan(deadlines(fault).author + MARGIN_MS);
  });

  test('a user, who is nothing without Identity, is one clear problem', async () => {
    const { identity, social, get } = await stage({ env: settings(fault) });
    await fault.strike(identity);
    const heard = await get('/api/users/9');
    expectProblem(heard, fault.status, slugs[fault.status], '/api/users/9');
    expectTold(heard, 'identity', fault.told);
    expectNothingOfTheInside(heard, identity, social);
    expect(heard.ms).toBeLessThan(deadlines(fault).request + MARGIN_MS);
  });
});

describe.each(representative)('Social $name', (fault) => {
  test.each(['/api/posts?ids=7,5,6', '/api/users/9/posts', '/api/users/9/profile'])(
    '%s is one clear problem, in time',
    async (path) => {
      const { identity, social, get } = await stage({ env: settings(fault) });
      await fault.strike(social);
      const heard = await get(path);
      expectProblem(heard, fault.status, slugs[fault.status], path.split('?')[0] ?? '');
      expectTold(heard, 'social', fault.told);
      expectNothingOfTheInside(heard, identity, social);
      expect(heard.ms).toBeLessThan(deadlines(fault).request + MARGIN_MS);
    },
  );
});

test('one user that breaks the contract costs the others of the batch nothing', async () => {
  const { identity, get } = await stage({ env: { AUTHOR_DEADLINE_MS: '1000' } });
  const broken = wholePost(6).author.id;
  identity.behave(({ res, body }) => {
    res.writeHead(200, { 'Content-Type': 'application/json' });
    res.end(body.replaceAll(`"user_${broken}"`, '7'));
  });
  const heard = await get('/api/posts?ids=5,6,7');
  expect(heard.body).toEqual({
    items: [wholePost(5), { ...wholePost(6), author: null }, wholePost(7)],
  });
  expectDegraded(heard);
  expectTold(heard, 'identity', { error: 'http_protocol_error' });
});

test('an answer about somebody else is nonsense, not an author', async () => {
  const { identity, get } = await stage();
  identity.behave(({ res }) => res.end(JSON.stringify(userOf(77))));
  const heard = await get('/api/posts/5');
  expect(heard.body).toEqual({ ...wholePost(5), author: null });
  expectTold(heard, 'identity', { error: 'http_protocol_error' });
});

test('an answer about another post is nonsense, not the post', async () => {
  const { social, get } = await stage();
  social.behave(({ res }) => res.end(JSON.stringify({ ...wholePost(77), authorId: 1 })));
  const heard = await get('/api/posts/5');
  expectProblem(heard, 502, 'upstream-invalid', '/api/posts/5');
});

test('while Identity is slow, an author that is late for one client is there for the next', async () => {
  const { identity, get } = await stage({ env: { AUTHOR_DEADLINE_MS: '100' } });
  const release = identity.hold();
  expect((await get('/api/posts/5')).body).toEqual({ ...wholePost(5), author: null });
  release();
  const asked = identity.seen.length;
  await until(
    'the author is there',
    async () => (await get('/api/posts/5')).headers['etag'] !== undefined,
  );
  expect(identity.seen.length).toBeGreaterThanOrEqual(asked);
});

test('an author that could not be had is asked for again in the background, without any client', async () => {
  const { identity, get } = await stage({ env: { AUTHOR_DEADLINE_MS: '200' } });
  identity.behave(silent);
  expectDegraded(await get('/api/posts/5'));
  identity.behave();
  identity.forget();
  await until('Identity is asked', () => identity.asked(/\/6$/) > 0);
  const whole = await until('the author is known', async () => {
    const heard = await get('/api/posts/5');
    return heard.headers['etag'] !== undefined && heard;
  });
  expect(whole.body).toEqual(wholePost(5));
  expect(member(whole, 'cache-status', 'author')).toMatch(/^author; hit/);
  expect(identity.seen).toHaveLength(1);
});
