import { expect, test } from '@jest/globals';
import type { OpenApiDocument } from '../../src/document.ts';
import { strict } from '../../src/strict.ts';

const strictly = (schema: object): unknown =>
  strict({ components: { schemas: { It: schema } } } as unknown as OpenApiDocument).components
    .schemas.It;

const point = { type: 'object', properties: { x: { type: 'number' } } };

test('an object schema with named properties forbids all others, also inside other schemas', () => {
  const closed = { ...point, additionalProperties: false };
  expect(strictly(point)).toEqual(closed);
  expect(strictly({ anyOf: [{ type: 'array', items: point }] })).toEqual({
    anyOf: [{ type: 'array', items: closed }],
  });
});

test('a schema that has additionalProperties does not change', () => {
  const open = { ...point, additionalProperties: true };
  expect(strictly(open)).toEqual(open);
});

test('a schema without a type does not change, because it only refines another schema', () => {
  const narrow = { properties: { x: { const: 1 } } };
  expect(strictly(narrow)).toEqual(narrow);
});

test('an example that looks like a schema does not change', () => {
  const schema = { type: 'string', example: point, examples: { one: { value: point } } };
  expect(strictly(schema)).toEqual(schema);
});
