import { expect, test } from '@jest/globals';
import { renderPost } from '../../src/views/post/rendering.ts';

const post = { id: 5, content: 'Meow.', authorId: 1, createdAt: '2026-01-05T09:30:00.000Z' };
const author = { id: 1, username: 'cat_sun_dog' };

test('renders the same post with the same author once', () => {
  expect(renderPost(post, author)).toBe(renderPost(post, author));
});

test('renders a post again with another author, with a renamed author, and without one', () => {
  const texts = [author, { id: 1, username: 'sun_dog' }, undefined, author].map(
    (each) => (JSON.parse(String(renderPost(post, each).content)) as { author: unknown }).author,
  );
  expect(texts).toEqual([author, { id: 1, username: 'sun_dog' }, null, author]);
});

test('renders another version of a post again, with another ETag', () => {
  const before = renderPost(post, author);
  const after = renderPost({ ...post, content: 'Purr.' }, author);
  expect(String(after.content)).toContain('Purr.');
  expect(after.etag).not.toBe(before.etag);
});
