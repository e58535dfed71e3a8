// Answers that an upstream did not give, or did not mean: of a proxy in between, or about our own request.
import { expect, test } from '@jest/globals';
import { startTestbed } from '../support/testbed.ts';
import type { Responder } from 'chassis/testing/stub-server';

const page: Responder = ({ res }) =>
  res.writeHead(404, { 'Content-Type': 'text/html' }).end('<h1>default backend</h1>');
const refused: Responder = ({ res }) =>
  res.writeHead(400, { 'Content-Type': 'application/problem+json' }).end('{}');

test('a 404 page of a proxy is no word of Identity’s: the author is missing, not absent', async () => {
  const { request, identity } = await startTestbed();
  identity.respondWith(page);
  const post = await request('/api/posts/5');
  expect(post.body).toMatchObject({ author: null });
  expect(post.headers['cache-control']).toBe('no-store');
  expect(post.headers['proxy-status']).toBe('identity; received-status=404');
  expect((await request('/api/users/6')).status).toBe(502);
});

test('a 404 page of a proxy is no word of Social’s: the post is not said to be gone', async () => {
  const { request, social } = await startTestbed();
  social.respondWith(page);
  expect((await request('/api/posts/5')).status).toBe(502);
});

test('a 404 without a body is a 404', async () => {
  const { request, social } = await startTestbed();
  social.respondWith(({ res }) => res.writeHead(404).end());
  expect((await request('/api/posts/5')).status).toBe(404);
});

test('a 4xx never opens a breaker, also where another would be an answer', async () => {
  const { request, social, identity, metric } = await startTestbed();
  social.respondWith(refused);
  for (let count = 0; count < 8; count += 1)
    expect((await request('/api/users/1/posts')).status).toBe(502);
  social.respondWith();
  identity.respondWith(page);
  for (let count = 0; count < 8; count += 1) await request('/api/posts?ids=5,3');
  for (const upstream of ['social', 'identity'])
    expect(await metric(`gateway_breaker_state{upstream="${upstream}",state="closed"}`)).toBe(1);
});
