// The headers of answers, as the client reads them.
import { expect, test } from '@jest/globals';
import { parseMembers, retryAfterMs } from '../src/answer-info.ts';

test('members of a list have their names and parameters', () => {
  expect(parseMembers('author; fwd=miss; detail=replica, post; hit; ttl=21')).toEqual([
    { name: 'author', parameters: { fwd: 'miss', detail: 'replica' } },
    { name: 'post', parameters: { hit: true, ttl: '21' } },
  ]);
});

test('quoted values may hold commas, semicolons and quotes', () => {
  expect(parseMembers(String.raw`identity; details="a, b; \"c\""; error=dns_error`)).toEqual([
    { name: 'identity', parameters: { details: 'a, b; "c"', error: 'dns_error' } },
  ]);
});

test('a missing header has no members', () => {
  expect(parseMembers(undefined)).toEqual([]);
});

test.each([
  ['3', 3000],
  ['Thu, 01 Jan 1970 00:00:05 GMT', 4000],
  ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
  ['soon', undefined],
  [undefined, undefined],
])('Retry-After %s, one second after the epoch, is %s ms', (text, ms) => {
  expect(retryAfterMs(text, 1000)).toBe(ms);
});
