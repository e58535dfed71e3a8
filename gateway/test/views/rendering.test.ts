import { expect, test } from '@jest/globals';
import { createRenderer } from '../../src/views/post/rendering.ts';

const post = { id: 5, content: 'Meow.', authorId: 1, createdAt: '2026-01-05T09:30:00.000Z' };
const author = { id: 1, username: 'cat_sun_dog' };

test('the same post with the same author is rendered once', () => {
  const rendered = createRenderer();
  expect(rendered(post, author)).toBe(rendered(post, author));
});

test('another author, a renamed one, or none is rendered anew', () => {
  const rendered = createRenderer();
  const texts = [author, { id: 1, username: 'sun_dog' }, undefined, author].map(
    (each) => (JSON.parse(String(rendered(post, each).content)) as { author: unknown }).author,
  );
  expect(texts).toEqual([author, { id: 1, username: 'sun_dog' }, null, author]);
});

test('another version of the post is rendered anew, with another tag', () => {
  const rendered = createRenderer();
  const before = rendered(post, author);
  const after = rendered({ ...post, content: 'Purr.' }, author);
  expect(String(after.content)).toContain('Purr.');
  expect(after.etag).not.toBe(before.etag);
});
