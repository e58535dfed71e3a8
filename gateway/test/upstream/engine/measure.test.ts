import { expect, jest, test } from '@jest/globals';
import type { Call } from '../../../src/upstream/engine/call.ts';
import { measure } from '../../../src/upstream/engine/layers/measure.ts';
import { aCaller, answer, failure } from './arrange.ts';

const outcomeOf = async (inner: Call<number, string>) => {
  const observe = jest.fn();
  await measure<number, string>(
    observe,
    (parent) => parent,
  )(inner)(1, aCaller()).catch(() => undefined);
  return observe.mock.calls[0]?.[0];
};

test('reports the outcome of a call: ok, the kind of failure, or bug', async () => {
  expect(await outcomeOf(() => Promise.resolve(answer('cat')))).toBe('ok');
  expect(await outcomeOf(() => Promise.reject(failure('incomplete')))).toBe('incomplete');
  expect(await outcomeOf(() => Promise.reject(new TypeError('a bug')))).toBe('bug');
});
