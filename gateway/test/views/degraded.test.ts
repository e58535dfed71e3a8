// The `degraded` member of a body, and the worst part of an answer.
import { expect, test } from '@jest/globals';
import { degradedMember, worstOf } from '../../src/views/degraded.ts';
import { author, failed, hit, miss, post, replica, stale, unavailable } from './arrange.ts';

const by = (authorId: number, via: Parameters<typeof author>[0]) => ({
  ...author(via),
  id: authorId,
});

test('names the users of each reason, worst reason first, and the posts that they wrote', () => {
  const fetched = [
    post(hit()),
    by(1, hit()),
    by(2, replica(failed())),
    by(3, stale()),
    by(4, unavailable()),
    by(5, unavailable()),
  ];
  const posts = [15, 24, 33, 42, 51, 60, 75].map((id) => ({ id, authorId: id % 10 }));
  expect(degradedMember(fetched, posts)).toEqual([
    { part: 'author', reason: 'unavailable', ids: [4, 5], posts: [15, 24, 75] },
    { part: 'author', reason: 'stale', ids: [3], posts: [33] },
    { part: 'author', reason: 'replica', ids: [2], posts: [42] },
  ]);
});

test('names each user once, and no posts for an answer without posts', () => {
  const fetched = [by(4, unavailable()), by(4, unavailable())];
  expect(degradedMember(fetched)).toEqual([{ part: 'author', reason: 'unavailable', ids: [4] }]);
});

test.each([
  ['a user who does not exist', by(4, miss())],
  ['a name from a fresh cache entry', by(4, hit())],
  ['a name from the replica, when no other source was to be asked', by(4, replica())],
])('is empty for %s', (_, part) => {
  expect(degradedMember([part])).toEqual([]);
  expect(worstOf([part])).toBeUndefined();
});
