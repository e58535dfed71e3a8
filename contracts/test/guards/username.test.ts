// The rule for usernames in paths and queries.
import { expect, test } from '@jest/globals';
import { requestGuard } from '../../src/request.ts';
import { username } from '../../src/username.ts';

const check = requestGuard('gateway', 'updateMe');

test.each([
  'cat',
  'Cat_Sun_9',
  'a'.repeat(30),
  'ab',
  'a'.repeat(31),
  'a b',
  'é'.repeat(3),
  'cat\n',
  '',
])('says the same as the contract about %j', (text) => {
  const faults = check({ username: text });
  expect(username.pattern.test(text)).toBe(faults.length === 0);
  for (const { detail } of faults) expect(detail).toBe(`expected ${username.expected}`);
});
