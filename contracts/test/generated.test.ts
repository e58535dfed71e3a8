import { expect, test } from '@jest/globals';
import { staleSchemas } from '../scripts/event-schemas.ts';
import { staleTypes } from '../scripts/generate.ts';

test('the generated types are those of the documents', async () => {
  expect(await staleTypes()).toEqual([]);
});

test('the events’ JSON Schemas say what Identity’s document says', async () => {
  expect(await staleSchemas()).toEqual([]);
});
