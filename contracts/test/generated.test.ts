import { expect, test } from '@jest/globals';
import { staleTypes } from '../scripts/generate.ts';

test('the generated types are those of the documents', async () => {
  expect(await staleTypes()).toEqual([]);
});
