// Changes of users at Identity reach Social's replica.
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

const send = (url: string, { accessToken }: Session, method: string, body: object) =>
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
const verify = async (): Promise<string> => {
  const answer = await fetch(`${services.social.adminUrl}/authors/verify`, { method: 'POST' });
  return (await answer.text()).trim().split('\n').at(-1)!;
};

test('the replica has the names of the demo users', async () => {
  await untilNamed(1, 'cat_sun_dog');
  const answer = await fetch(`${services.social.url}/api/posts?authorId=1&include=author`);
  const { items } = (await answer.json()) as PostPage;
  expect(items.length).toBeGreaterThan(0);
  for (const { author } of items) expect(author).toEqual({ id: 1, username: 'cat_sun_dog' });
});

test('a rename reaches the replica within 1 s, and a deleted user disappears with all posts', async () => {
  const session = await services.register();
  const { id, username } = session.user;
  await untilNamed(id, username);
  const own = `${services.identity.url}/api/me`;

  const renamedAt = performance.now();
  expect((await send(own, session, 'PATCH', { username: 'new_name_here' })).status).toBe(200);
  await untilNamed(id, 'new_name_here');
  expect(performance.now() - renamedAt).toBeLessThan(1_000);

  const posts = `${services.social.url}/api/posts`;
  expect((await send(posts, session, 'POST', { content: 'Hello' })).status).toBe(201);
  expect((await send(own, session, 'DELETE', { currentPassword: PASSWORD })).status).toBe(204);
  await untilNamed(id, undefined);
  const remaining = await fetch(`${posts}?authorId=${id}`);
  expect(await remaining.json()).toEqual({ items: [], nextCursor: null });
});

test('the verification finds no difference, before and after a rebuild', async () => {
  await Promise.all(Array.from({ length: 5 }, () => services.register()));
  const clean = /^\{"verified":\{"compared":\d+,"differences":\[\],"more":false,"late":false\}\}$/;
  expect(await verify()).toMatch(clean);
  await fetch(`${services.social.adminUrl}/authors/rebuild`, { method: 'POST' });
  await until('the replica is rebuilt', async () => {
    expect(await nameOf(1)).toBe('cat_sun_dog');
    const answer = await fetch(`${services.social.adminUrl}/authors`);
    return !((await answer.json()) as { rebuilding: boolean }).rebuilding;
  });
  expect(await verify()).toMatch(clean);
});
