// Identity's own log, and Social's copy of its users: what happens to users there, shows here.
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { AuthorBatch, PostPage, Session } from 'contracts/types';
import { until } from 'chassis/testing/until';
import { PASSWORD } from 'chassis/testing/users';
import { startServices, type Services } from './support/in-process.ts';

jest.setTimeout(60_000);

let services: Services;
beforeAll(async () => {
  services = await startServices();
});
afterAll(() => services.stop());

const asked = (url: string, { accessToken }: Session, method: string, body: object) =>
  fetch(url, {
    method,
    headers: { Authorization: `Bearer ${accessToken}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
const nameOf = async (id: number): Promise<string | undefined> => {
  const answer = await fetch(`${services.social.url}/api/authors?ids=${id}`);
  return ((await answer.json()) as AuthorBatch).items[0]?.username;
};
const untilNamed = (id: number, name: string | undefined) =>
  until(`${id} is ${name}`, async () => (await nameOf(id)) === name);
const verified = async (): Promise<string> => {
  const answer = await fetch(`${services.social.adminUrl}/authors/verify`, { method: 'POST' });
  return (await answer.text()).trim().split('\n').at(-1)!;
};

test('the demo users have their names in the copy', async () => {
  await untilNamed(1, 'cat_sun_dog');
  const answer = await fetch(`${services.social.url}/api/posts?authorId=1&include=author`);
  const { items } = (await answer.json()) as PostPage;
  expect(items.length).toBeGreaterThan(0);
  for (const { author } of items) expect(author).toEqual({ id: 1, username: 'cat_sun_dog' });
});

test('who joins, is renamed and leaves is so in the copy within a second, and posts go with them', async () => {
  const somebody = await services.register();
  const { id, username } = somebody.user;
  await untilNamed(id, username);
  const own = `${services.identity.url}/api/me`;

  const renamedAt = performance.now();
  expect((await asked(own, somebody, 'PATCH', { username: 'new_name_here' })).status).toBe(200);
  await untilNamed(id, 'new_name_here');
  expect(performance.now() - renamedAt).toBeLessThan(1_000);

  const posts = `${services.social.url}/api/posts`;
  expect((await asked(posts, somebody, 'POST', { content: 'Hello' })).status).toBe(201);
  expect((await asked(own, somebody, 'DELETE', { currentPassword: PASSWORD })).status).toBe(204);
  await untilNamed(id, undefined);
  const left = await fetch(`${posts}?authorId=${id}`);
  expect(await left.json()).toEqual({ items: [], nextCursor: null });
});

test('the copy is verified against Identity, before and after it is rebuilt', async () => {
  await Promise.all(Array.from({ length: 5 }, () => services.register()));
  const clean = /^\{"verified":\{"compared":\d+,"differences":\[\],"more":false,"late":false\}\}$/;
  expect(await verified()).toMatch(clean);
  await fetch(`${services.social.adminUrl}/authors/rebuild`, { method: 'POST' });
  await until('it is whole', async () => {
    expect(await nameOf(1)).toBe('cat_sun_dog');
    const answer = await fetch(`${services.social.adminUrl}/authors`);
    return !((await answer.json()) as { rebuilding: boolean }).rebuilding;
  });
  expect(await verified()).toMatch(clean);
});
