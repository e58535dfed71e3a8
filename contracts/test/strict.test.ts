import { expect, test } from '@jest/globals';
import type { OpenApiDocument } from '../src/document.ts';
import { strict } from '../src/strict.ts';

const strictly = (schema: object): unknown =>
  strict({ components: { schemas: { It: schema } } } as unknown as OpenApiDocument).components
    .schemas.It;

const point = { type: 'object', properties: { x: { type: 'number' } } };

test('an object schema with named properties forbids all others, however deep it stands', () => {
  const closed = { ...point, additionalProperties: false };
  expect(strictly(point)).toEqual(closed);
  expect(strictly({ anyOf: [{ type: 'array', items: point }] })).toEqual({
    anyOf: [{ type: 'array', items: closed }],
  });
});

test('a schema that says what other properties may be keeps its word', () => {
  const open = { ...point, additionalProperties: true };
  expect(strictly(open)).toEqual(open);
});

test('a schema that only narrows another one is not closed, as it names few of the properties', () => {
  const narrow = { properties: { x: { const: 1 } } };
  expect(strictly(narrow)).toEqual(narrow);
});

test('an example that looks like a schema is left alone', () => {
  const schema = { type: 'string', example: point, examples: { one: { value: point } } };
  expect(strictly(schema)).toEqual(schema);
});
