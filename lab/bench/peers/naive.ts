// (a) A simple aggregator: plain Express, a fetch for the post or the page, then a fetch for each author.
import type { AddressInfo } from 'node:net';
import type { Post, PostPage, User } from 'contracts/types';
import express from 'express';

const { IDENTITY_URL, SOCIAL_URL, PORT } = process.env;
const app = express();

// oxlint-disable-next-line oxc/no-async-endpoint-handlers -- Express 5 forwards rejections
app.get('/api/posts/:id', async (req, res) => {
  const postResponse = await fetch(`${SOCIAL_URL}/api/posts/${req.params.id}`);
  const post = (await postResponse.json()) as Post;
  const userResponse = await fetch(`${IDENTITY_URL}/api/users/${post.authorId}`);
  const author = (await userResponse.json()) as User;
  res.json({ id: post.id, content: post.content, author, createdAt: post.createdAt });
});

// oxlint-disable-next-line oxc/no-async-endpoint-handlers -- Express 5 forwards rejections
app.get('/api/feed', async (req, res) => {
  const headers = { Authorization: req.headers.authorization ?? '' };
  const pageResponse = await fetch(`${SOCIAL_URL}${req.url}`, { headers });
  const page = (await pageResponse.json()) as PostPage;
  const items = [];
  // One after the other: concurrent requests cost this server a tenth more CPU time.
  for (const post of page.items) {
    const userResponse = await fetch(`${IDENTITY_URL}/api/users/${post.authorId}`);
    const author = (await userResponse.json()) as User;
    items.push({ id: post.id, content: post.content, author, createdAt: post.createdAt });
  }
  res.json({ items, nextCursor: page.nextCursor });
});

const server = app.listen(Number(PORT), '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  console.log(JSON.stringify({ msg: 'listening', url: `http://127.0.0.1:${port}` }));
});
process.on('SIGTERM', () => process.exit(0));
