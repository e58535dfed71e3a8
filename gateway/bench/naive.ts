// (a) The aggregator that one writes first: Express as it comes, two fetches, one after the other.
import type { AddressInfo } from 'node:net';
import type { Post, User } from 'contracts/types';
import express from 'express';

const { IDENTITY_URL, SOCIAL_URL, PORT } = process.env;
const app = express();

// oxlint-disable-next-line oxc/no-async-endpoint-handlers -- Express 5 forwards rejections
app.get('/api/posts/:id', async (req, res) => {
  const postAnswer = await fetch(`${SOCIAL_URL}/api/posts/${req.params.id}`);
  const post = (await postAnswer.json()) as Post;
  const userAnswer = await fetch(`${IDENTITY_URL}/api/users/${post.authorId}`);
  const author = (await userAnswer.json()) as User;
  res.json({ id: post.id, content: post.content, author, createdAt: post.createdAt });
});

const server = app.listen(Number(PORT), '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  console.log(JSON.stringify({ msg: 'listening', url: `http://127.0.0.1:${port}` }));
});
process.on('SIGTERM', () => process.exit(0));
