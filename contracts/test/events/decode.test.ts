import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { invalidReasons, decodeUserEvent } from '../../src/events/decode.ts';
import { all, broken, created, deleted, time, updated, without } from './events.ts';

test('decodes UserCreated and UserUpdated to the same result', () => {
  const named = {
    kind: 'named',
    offset: 42,
    userId: 7,
    username: 'cat_moon_dog',
    time: Date.parse(time),
  };
  expect(decodeUserEvent(created)).toEqual(named);
  expect(decodeUserEvent(updated)).toEqual(named);
});

test('decodes UserDeleted without a name', () => {
  expect(decodeUserEvent(deleted)).toEqual({
    kind: 'deleted',
    offset: 42,
    userId: 7,
    time: Date.parse(time),
  });
});

test('accepts an event without a trace', () => {
  expect(decodeUserEvent(without('traceparent'))).toEqual(decodeUserEvent(updated));
});

test('ignores unknown fields', () => {
  for (const event of all)
    expect(
      decodeUserEvent({
        ...event,
        dataschema: 'urn:later',
        data: { ...event.data, mood: 'sunny', friends: [1] },
      }),
    ).toEqual(decodeUserEvent(event));
});

test('decodes an event of an unknown type to its offset, type and time', () => {
  const unknown = { kind: 'unknown', offset: 42, type: 'UserMoved', time: Date.parse(time) };
  expect(decodeUserEvent({ ...updated, type: 'UserMoved' })).toEqual(unknown);
  expect(
    decodeUserEvent({ specversion: '1.0', id: '42', type: 'UserMoved', time, data: null }),
  ).toEqual(unknown);
  for (const type of ['toString', 'constructor', '__proto__'])
    expect(decodeUserEvent({ ...updated, type })).toEqual({ ...unknown, type });
});

const at = (id: string) => decodeUserEvent({ ...updated, id, sequence: id.padStart(20, '0') });
test('the offset is exact, up to the largest safe integer', () => {
  expect(at('9007199254740991')).toMatchObject({ kind: 'named', offset: 9007199254740991 });
  for (const id of ['9007199254740992', '9999999999999999', '9'.repeat(20), '9'.repeat(1e6)])
    expect(at(id)).toEqual({ ...broken('id'), offset: undefined });
});

const kinds = new Set(['named', 'deleted', 'unknown']);
/** Whether a result has one of the four kinds and only bounded values. */
function bounded(raw: unknown): boolean {
  const event = decodeUserEvent(raw);
  const { offset } = event;
  const known = offset === undefined || (Number.isSafeInteger(offset) && offset > 0);
  if (event.kind === 'invalid') return known && invalidReasons.includes(event.reason);
  return known && offset !== undefined && kinds.has(event.kind) && !Number.isNaN(event.time);
}

test('decodes any JSON without throwing', () => {
  fc.assert(fc.property(fc.jsonValue(), bounded), { numRuns: 1000 });
});

test('decodes any JSON in any part of an event without throwing or changing the event', () => {
  const anyReason = fc.constantFrom(...invalidReasons.filter((reason) => reason !== 'event'));
  const events = fc
    .tuple(fc.constantFrom(...all), fc.dictionary(anyReason, fc.jsonValue()))
    .map(([event, change]): unknown => JSON.parse(JSON.stringify({ ...event, ...change })));
  fc.assert(
    fc.property(events, (raw) => {
      const before = JSON.stringify(raw);
      return bounded(raw) && JSON.stringify(raw) === before;
    }),
    { numRuns: 1000 },
  );
});

test('the reason of an invalid event quotes nothing of the event', () => {
  const secret = 'correct horse battery staple';
  for (const part of Object.keys(updated))
    expect(
      JSON.stringify(decodeUserEvent({ ...updated, [secret]: secret, [part]: secret })),
    ).not.toContain(secret);
});
