import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { invalidReasons, decodeUserEvent } from '../src/events/decode.ts';

const time = '2026-01-06T18:15:00.000Z';
const updated = {
  specversion: '1.0',
  id: '42',
  source: 'urn:social-network:identity',
  type: 'UserUpdated',
  subject: '7',
  time,
  sequence: '00000000000000000042',
  datacontenttype: 'application/json',
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  data: { id: 7, username: 'cat_moon_dog' },
};
const created = { ...updated, type: 'UserCreated' };
const deleted = { ...updated, type: 'UserDeleted', method: 'DELETE', data: { id: 7 } };
const all = [created, updated, deleted];
const without = (name: string, event: object = updated) =>
  Object.fromEntries(Object.entries(event).filter(([key]) => key !== name));
const broken = (reason: string, offset: number | undefined = 42) => ({
  kind: 'invalid',
  offset,
  reason,
});

test('a created and an updated user mean the same: a name', () => {
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

test('a deleted user has no name', () => {
  expect(decodeUserEvent(deleted)).toEqual({
    kind: 'deleted',
    offset: 42,
    userId: 7,
    time: Date.parse(time),
  });
});

test('an event need not belong to a trace', () => {
  expect(decodeUserEvent(without('traceparent'))).toEqual(decodeUserEvent(updated));
});

test('a later schema with more fields is read as far as it is known', () => {
  for (const event of all)
    expect(
      decodeUserEvent({
        ...event,
        dataschema: 'urn:later',
        data: { ...event.data, mood: 'sunny', friends: [1] },
      }),
    ).toEqual(decodeUserEvent(event));
});

test('an unknown type is told with its position, whatever else it holds', () => {
  const unknown = { kind: 'unknown', offset: 42, type: 'UserMoved', time: Date.parse(time) };
  expect(decodeUserEvent({ ...updated, type: 'UserMoved' })).toEqual(unknown);
  expect(
    decodeUserEvent({ specversion: '1.0', id: '42', type: 'UserMoved', time, data: null }),
  ).toEqual(unknown);
  for (const type of ['toString', 'constructor', '__proto__'])
    expect(decodeUserEvent({ ...updated, type })).toEqual({ ...unknown, type });
});

test.each(['specversion', 'id', 'type', 'time'])('an unknown type without %s is broken', (part) => {
  const event = without(part, { ...updated, type: 'UserMoved' });
  expect(decodeUserEvent(event)).toEqual(
    part === 'id' ? { ...broken('id'), offset: undefined } : broken(part),
  );
});

test.each([
  ['empty', ''],
  ['too long', 'x'.repeat(101)],
  ['more than one line', 'User\nMoved'],
  ['no text', 5],
])('an unknown type that is %s is broken, as it would stand in logs', (_what, type) => {
  expect(decodeUserEvent({ ...updated, type })).toEqual(broken('type'));
});

const parts = all.flatMap((event) => Object.keys(event).map((part) => ({ event, part })));
test.each(parts)(
  '$event.type: $part that is null makes it broken, and is named',
  ({ event, part }) => {
    const expected = part === 'id' ? { ...broken('id'), offset: undefined } : broken(part);
    expect(decodeUserEvent({ ...event, [part]: null })).toEqual(expected);
    if (part !== 'traceparent') expect(decodeUserEvent(without(part, event))).toEqual(expected);
  },
);

test.each([
  ['another version of CloudEvents', { specversion: '2.0' }, 'specversion'],
  ['another source', { source: 'urn:social-network:social' }, 'source'],
  ['a sequence of another position', { sequence: '00000000000000000043' }, 'sequence'],
  ['a sequence without zeros in front', { sequence: '42' }, 'sequence'],
  ['the subject of another user', { subject: '8' }, 'subject'],
  ['a subject with zeros in front', { subject: '07' }, 'subject'],
  ['other data than JSON', { datacontenttype: 'text/xml' }, 'datacontenttype'],
  ['half a trace', { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736' }, 'traceparent'],
  ['a time that is none', { time: 'yesterday' }, 'time'],
  ['a time of the right form that is none', { time: '2026-19-39T23:59:60.000Z' }, 'time'],
  ['a time elsewhere than in UTC', { time: '2026-01-06T18:15:00.000+02:00' }, 'time'],
  ['data that is a list', { data: [7, 'cat_moon_dog'] }, 'data'],
  ['data without a name', { data: { id: 7 } }, 'data'],
  ['a name that is no name', { data: { id: 7, username: 'cat moon\n' } }, 'data'],
  ['an endless name', { data: { id: 7, username: 'x'.repeat(1e6) } }, 'data'],
  ['a user’s id that is text', { data: { id: '7', username: 'cat_moon_dog' } }, 'data'],
  ['a user’s id that is no integer', { data: { id: 7.5, username: 'cat_moon_dog' } }, 'data'],
  ['a user’s id of 0', { subject: '0', data: { id: 0, username: 'cat_moon_dog' } }, 'subject'],
  ['data in __proto__', { data: JSON.parse('{"__proto__":{"id":7,"username":"cat"}}') }, 'data'],
])('an event with %s is broken, and its position is told', (_what, change, reason) => {
  expect(decodeUserEvent({ ...updated, ...change })).toEqual(broken(reason));
});

test('a deletion that is not marked as one is broken', () => {
  expect(decodeUserEvent({ ...deleted, method: 'PUT' })).toEqual(broken('method'));
});

test.each([['0'], ['-1'], ['042'], ['42.0'], ['4e1'], [' 42'], ['42\n'], ['٤٢'], [42], [['42']]])(
  'an event with the id %j has no position',
  (id) => {
    expect(decodeUserEvent({ ...updated, id })).toEqual({ ...broken('id'), offset: undefined });
  },
);

const at = (id: string) => decodeUserEvent({ ...updated, id, sequence: id.padStart(20, '0') });
test('a position is told exactly, up to the largest that a number holds', () => {
  expect(at('9007199254740991')).toMatchObject({ kind: 'named', offset: 9007199254740991 });
  for (const id of ['9007199254740992', '9999999999999999', '9'.repeat(20), '9'.repeat(1e6)])
    expect(at(id)).toEqual({ ...broken('id'), offset: undefined });
});

test.each([
  ['nothing', undefined],
  ['null', null],
  ['a list', [updated]],
  ['an empty list', []],
  ['text', JSON.stringify(updated)],
  ['a number', 42],
  ['true', true],
])('%s is no event', (_what, raw) => {
  expect(decodeUserEvent(raw)).toEqual({ ...broken('event'), offset: undefined });
});

test('an event that stands in __proto__ is none', () => {
  const raw: unknown = JSON.parse(`{"__proto__":${JSON.stringify(updated)}}`);
  expect(decodeUserEvent(raw)).toMatchObject({ kind: 'invalid', offset: undefined });
  expect(({} as { specversion?: string }).specversion).toBeUndefined();
});

test('an event with depth without end is broken, or passes where nobody looks', () => {
  const depth: unknown = JSON.parse(`${'{"a":['.repeat(5000)}1${']}'.repeat(5000)}`);
  expect(decodeUserEvent(depth)).toMatchObject({ kind: 'invalid' });
  expect(decodeUserEvent({ ...updated, data: depth })).toEqual(broken('data'));
  expect(decodeUserEvent({ ...updated, later: depth })).toMatchObject({ kind: 'named' });
});

const kinds = new Set(['named', 'deleted', 'unknown', 'broken']);
/** That an answer is one of the four, and quotes nothing that could be anything. */
function bounded(raw: unknown): boolean {
  const event = decodeUserEvent(raw);
  const { offset } = event;
  const known = offset === undefined || (Number.isSafeInteger(offset) && offset > 0);
  if (event.kind === 'invalid') return known && invalidReasons.includes(event.reason);
  return known && offset !== undefined && kinds.has(event.kind) && !Number.isNaN(event.time);
}

test('any JSON at all is answered', () => {
  fc.assert(fc.property(fc.jsonValue(), bounded), { numRuns: 1000 });
});

test('any JSON in any part of an event is answered, and changes nothing in the event', () => {
  const anyPart = fc.constantFrom(...invalidReasons.filter((reason) => reason !== 'event'));
  const events = fc
    .tuple(fc.constantFrom(...all), fc.dictionary(anyPart, fc.jsonValue()))
    .map(([event, change]): unknown => JSON.parse(JSON.stringify({ ...event, ...change })));
  fc.assert(
    fc.property(events, (raw) => {
      const before = JSON.stringify(raw);
      return bounded(raw) && JSON.stringify(raw) === before;
    }),
    { numRuns: 1000 },
  );
});

test('a broken event’s reason quotes nothing of it', () => {
  const secret = 'correct horse battery staple';
  for (const part of Object.keys(updated))
    expect(
      JSON.stringify(decodeUserEvent({ ...updated, [secret]: secret, [part]: secret })),
    ).not.toContain(secret);
});
