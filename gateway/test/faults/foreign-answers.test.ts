// Answers that an upstream did not give, or did not mean: of a proxy in between, or about our own request.
import { expect, test } from '@jest/globals';
import { stage } from '../support/stage.ts';
import type { Behaviour } from '../support/upstream.ts';

const page: Behaviour = ({ res }) =>
  res.writeHead(404, { 'Content-Type': 'text/html' }).end('<h1>default backend</h1>');
const refused: Behaviour = ({ res }) =>
  res.writeHead(400, { 'Content-Type': 'application/problem+json' }).end('{}');

test('a 404 page of a proxy is no word of Identity’s: the author is missing, not absent', async () => {
  const { get, identity } = await stage();
  identity.behave(page);
  const post = await get('/api/posts/5');
  expect(post.body).toMatchObject({ author: null });
  expect(post.headers['cache-control']).toBe('no-store');
  expect(post.headers['proxy-status']).toBe('identity; received-status=404');
  expect((await get('/api/users/6')).status).toBe(502);
});

test('a 404 page of a proxy is no word of Social’s: the post is not said to be gone', async () => {
  const { get, social } = await stage();
  social.behave(page);
  expect((await get('/api/posts/5')).status).toBe(502);
});

test('a 404 without a body is a 404', async () => {
  const { get, social } = await stage();
  social.behave(({ res }) => res.writeHead(404).end());
  expect((await get('/api/posts/5')).status).toBe(404);
});

test('a 4xx never opens a breaker, also where another would be an answer', async () => {
  const { get, social, identity, metric } = await stage();
  social.behave(refused);
  for (let count = 0; count < 8; count += 1)
    expect((await get('/api/users/1/posts')).status).toBe(502);
  social.behave();
  identity.behave(page);
  for (let count = 0; count < 8; count += 1) await get('/api/posts?ids=5,3');
  for (const upstream of ['social', 'identity'])
    expect(await metric(`gateway_breaker_state{upstream="${upstream}",state="closed"}`)).toBe(1);
});
