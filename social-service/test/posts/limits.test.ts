// The posts of a user in a minute are limited.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Post } from 'contracts/types';
import { embeddedDatabase, type TestDatabase } from 'chassis/testing/database';
import { startTestSocial, type TestSocial } from '../support/service.ts';

let database: TestDatabase;
let social: TestSocial;
beforeAll(async () => {
  database = await embeddedDatabase();
  social = await startTestSocial(database, { POSTS_PER_MINUTE: '3' });
});
afterAll(async () => {
  await social.stop();
  await database.remove();
});

const create = (userId: number, json: object = { content: 'x' }) =>
  social.requestAs(userId, '/api/posts', { method: 'POST', json });

test('new and changed posts count together, and further ones are a 429 that says when to retry', async () => {
  const first = await create(7);
  expect(first.headers).toMatchObject({
    ratelimit: '"posts";r=2;t=60',
    'ratelimit-policy': '"posts";q=3;w=60',
  });
  const path = `/api/posts/${(first.body as Post).id}`;
  const edit = () => social.requestAs(7, path, { method: 'PATCH', json: { content: 'y' } });
  expect((await edit()).headers['ratelimit']).toMatch(/^"posts";r=1;t=/);
  expect((await create(7)).status).toBe(201);
  for (const { status, headers, body } of [await create(7), await edit()]) {
    expect([status, body]).toEqual([
      429,
      expect.objectContaining({ type: 'urn:social-network:problem:too-many-requests' }),
    ]);
    expect(headers['ratelimit']).toMatch(/^"posts";r=0;t=(60|5\d)$/);
    expect(headers['retry-after']).toMatch(/^(60|5\d)$/);
  }
  expect((await social.requestAs(7, path, { method: 'DELETE' })).status).toBe(204);
  expect((await create(8)).status).toBe(201);
});

test('parallel posts are created exactly up to the limit, and invalid ones do not count', async () => {
  for (let at = 1; at <= 5; at += 1) expect((await create(9, { content: '' })).status).toBe(400);
  const all = await Promise.all(Array.from({ length: 9 }, () => create(9)));
  expect(all.filter(({ status }) => status === 201)).toHaveLength(3);
  expect((await social.request('/api/users/9/counts')).body).toMatchObject({ postCount: 3 });
});
