import { expect, jest, test } from '@jest/globals';
import type { Call } from '../../../src/upstream/engine/call.ts';
import { measure } from '../../../src/upstream/engine/layers/measure.ts';
import { aCaller, answer, failure } from './arrange.ts';

const outcomeOf = async (inner: Call<number, string>) => {
  const observe = jest.fn();
  await measure<number, string>(observe)(inner)(1, aCaller()).catch(() => undefined);
  return observe.mock.calls[0]?.[0];
};

test('an outcome is ok, a kind of failure, or a bug', async () => {
  expect(await outcomeOf(() => Promise.resolve(answer('cat')))).toBe('ok');
  expect(await outcomeOf(() => Promise.reject(failure('incomplete')))).toBe('incomplete');
  expect(await outcomeOf(() => Promise.reject(new TypeError('a bug')))).toBe('bug');
});
