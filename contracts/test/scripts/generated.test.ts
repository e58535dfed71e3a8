import { expect, test } from '@jest/globals';
import { staleSchemas } from '../../scripts/event-schemas.ts';
import { staleTypes } from '../../scripts/generate.ts';

test('the generated types match the documents', async () => {
  expect(await staleTypes()).toEqual([]);
});

test('the JSON Schemas of the events match Identity’s document', async () => {
  expect(await staleSchemas()).toEqual([]);
});
