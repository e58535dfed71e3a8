import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { default as addFormats } from 'ajv-formats';
import { schemaPath } from '../../scripts/event-schemas.ts';
import { userEventCheck } from '../../src/events/check.ts';
import { eventExamples } from '../../src/events/examples.ts';
import { decodeUserEvent, eventTypes } from '../../src/events/decode.ts';

const named = (prefix: string) =>
  Object.entries(eventExamples).filter(([name]) => name.startsWith(prefix));
const updated = eventExamples['user-updated'] as { data: object };
const deleted = eventExamples['user-deleted'] as object;

/** The schema files as a consumer uses them, without our code. */
const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
addFormats.default(ajv);
const schemas = new Map(
  eventTypes.map((type) => {
    const schema = JSON.parse(readFileSync(schemaPath(type), 'utf8')) as object;
    return [type, { schema, validate: ajv.compile(schema) }];
  }),
);

test('there are examples of every kind and no others', () => {
  expect(Object.keys(eventExamples).toSorted()).toEqual([
    'broken-name-missing',
    'broken-position',
    'broken-subject',
    'later-fields',
    'later-type',
    'user-backfilled',
    'user-created',
    'user-deleted',
    'user-updated',
  ]);
});

test.each(named('user-'))('the example %s is valid for a producer', (_name, event) => {
  expect(userEventCheck(event)).toEqual([]);
  const { type } = event as { type: (typeof eventTypes)[number] };
  const { validate } = schemas.get(type)!;
  expect([validate(event), validate.errors]).toEqual([true, null]);
});

test.each(eventTypes)('the dataschema of %s leads to a schema of its data', (type) => {
  const { examples } = schemas.get(type)!.schema as {
    examples: { dataschema: string; data: object }[];
  };
  for (const { dataschema, data } of examples) {
    const validate = ajv.getSchema(dataschema)!;
    expect(validate(data)).toBe(true);
    expect(validate({ id: 'seven' })).toBe(false);
  }
});

test.each(eventTypes)('the schema file of %s accepts its own example and no other type', (type) => {
  const { schema, validate } = schemas.get(type)!;
  const { examples } = schema as { examples: object[] };
  expect(examples.map((example) => validate(example))).toEqual([true]);
  for (const other of eventTypes)
    expect(validate({ ...examples[0], type: other })).toBe(other === type);
});

test.each([
  ['user-created', { kind: 'named', offset: 41, userId: 7, username: 'cat_sun_dog' }],
  ['user-updated', { kind: 'named', offset: 42, userId: 7, username: 'cat_moon_dog' }],
  ['user-deleted', { kind: 'deleted', offset: 45, userId: 3 }],
  ['user-backfilled', { kind: 'named', offset: 46, userId: 1, username: 'early_bird' }],
  ['later-fields', { kind: 'named', offset: 47, userId: 7, username: 'cat_star_dog' }],
  ['later-type', { kind: 'unknown', offset: 48, type: 'UserVerified' }],
  ['broken-name-missing', { kind: 'invalid', offset: 49, reason: 'data' }],
  ['broken-subject', { kind: 'invalid', offset: 50, reason: 'subject' }],
  ['broken-position', { kind: 'invalid', offset: undefined, reason: 'id' }],
])('decodes the example %s as its name says', (name, expected) => {
  expect(decodeUserEvent(eventExamples[name])).toMatchObject(expected);
});

test.each([...named('later-'), ...named('broken-')])(
  'the example %s is not valid for a producer',
  (_name, event) => {
    expect(userEventCheck(event)).not.toEqual([]);
  },
);

test.each([
  ['a field that is not documented', { ...updated, mood: 'sunny' }, ' (mood)'],
  [
    'an e-mail',
    { ...updated, data: { ...updated.data, email: 'cat@example.com' } },
    '/data must NOT have additional properties (email)',
  ],
  [
    'a name in a deletion',
    { ...deleted, data: { id: 3, username: 'cat' } },
    '/data must NOT have additional properties (username)',
  ],
  ['a method in an event that deletes nothing', { ...updated, method: 'DELETE' }, '(method)'],
  ['a day that does not exist', { ...updated, time: '2026-02-30T00:00:00.000Z' }, '/time'],
  ['an unknown type', { ...updated, type: 'UserMoved' }, 'type'],
  [
    'another sequence',
    { ...updated, sequence: '00000000000000000043' },
    '/sequence contradicts the rest of the event',
  ],
  ['another subject', { ...updated, subject: '8' }, '/subject contradicts the rest of the event'],
])('refuses an event with %s', (_what, event, violation) => {
  expect(userEventCheck(event)).toEqual([expect.stringContaining(violation)]);
});

test.each([
  ['null', null],
  ['a list', [updated]],
  ['text', 'UserUpdated'],
])('refuses %s', (_what, event) => {
  expect(userEventCheck(event)).not.toEqual([]);
});
