import { expect, test } from '@jest/globals';
import { decodeUserEvent } from '../../src/events/decode.ts';
import { all, broken, deleted, updated, without } from './events.ts';

test.each(['specversion', 'id', 'type', 'time'])(
  'an event of an unknown type without %s is invalid',
  (part) => {
    const event = without(part, { ...updated, type: 'UserMoved' });
    expect(decodeUserEvent(event)).toEqual(
      part === 'id' ? { ...broken('id'), offset: undefined } : broken(part),
    );
  },
);

test.each([
  ['empty', ''],
  ['too long', 'x'.repeat(101)],
  ['more than one line', 'User\nMoved'],
  ['a number', 5],
])('an event with a type that is %s is invalid, because logs contain the type', (_what, type) => {
  expect(decodeUserEvent({ ...updated, type })).toEqual(broken('type'));
});

const parts = all.flatMap((event) => Object.keys(event).map((part) => ({ event, part })));
test.each(parts)(
  '$event.type is invalid, and the reason is $part, if $part is null',
  ({ event, part }) => {
    const expected = part === 'id' ? { ...broken('id'), offset: undefined } : broken(part);
    expect(decodeUserEvent({ ...event, [part]: null })).toEqual(expected);
    if (!['traceparent', 'epoch'].includes(part))
      expect(decodeUserEvent(without(part, event))).toEqual(expected);
  },
);

test.each([
  ['another version of CloudEvents', { specversion: '2.0' }, 'specversion'],
  ['another source', { source: 'urn:social-network:social' }, 'source'],
  ['the sequence of another offset', { sequence: '00000000000000000043' }, 'sequence'],
  ['a sequence without leading zeros', { sequence: '42' }, 'sequence'],
  ['the subject of another user', { subject: '8' }, 'subject'],
  ['a subject with leading zeros', { subject: '07' }, 'subject'],
  ['a content type other than JSON', { datacontenttype: 'text/xml' }, 'datacontenttype'],
  ['an incomplete trace', { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736' }, 'traceparent'],
  ['a time that is not a time', { time: 'yesterday' }, 'time'],
  ['a time of the right form that does not exist', { time: '2026-19-39T23:59:60.000Z' }, 'time'],
  ['a time that is not in UTC', { time: '2026-01-06T18:15:00.000+02:00' }, 'time'],
  ['data that is a list', { data: [7, 'cat_moon_dog'] }, 'data'],
  ['data without a name', { data: { id: 7 } }, 'data'],
  ['an invalid name', { data: { id: 7, username: 'cat moon\n' } }, 'data'],
  ['a very long name', { data: { id: 7, username: 'x'.repeat(1e6) } }, 'data'],
  ['a user id that is text', { data: { id: '7', username: 'cat_moon_dog' } }, 'data'],
  ['a user id that is not an integer', { data: { id: 7.5, username: 'cat_moon_dog' } }, 'data'],
  ['the user id 0', { subject: '0', data: { id: 0, username: 'cat_moon_dog' } }, 'subject'],
  ['data in __proto__', { data: JSON.parse('{"__proto__":{"id":7,"username":"cat"}}') }, 'data'],
])('an event with %s is invalid, and the offset is known', (_what, change, reason) => {
  expect(decodeUserEvent({ ...updated, ...change })).toEqual(broken(reason));
});

test('a UserDeleted with another method is invalid', () => {
  expect(decodeUserEvent({ ...deleted, method: 'PUT' })).toEqual(broken('method'));
});

test.each([['0'], ['-1'], ['042'], ['42.0'], ['4e1'], [' 42'], ['42\n'], ['٤٢'], [42], [['42']]])(
  'an event with the id %j has no offset',
  (id) => {
    expect(decodeUserEvent({ ...updated, id })).toEqual({ ...broken('id'), offset: undefined });
  },
);

test.each([
  ['nothing', undefined],
  ['null', null],
  ['a list', [updated]],
  ['an empty list', []],
  ['text', JSON.stringify(updated)],
  ['a number', 42],
  ['true', true],
])('%s is an invalid event', (_what, raw) => {
  expect(decodeUserEvent(raw)).toEqual({ ...broken('event'), offset: undefined });
});

test('ignores an event in __proto__', () => {
  const raw: unknown = JSON.parse(`{"__proto__":${JSON.stringify(updated)}}`);
  expect(decodeUserEvent(raw)).toMatchObject({ kind: 'invalid', offset: undefined });
  expect(({} as { specversion?: string }).specversion).toBeUndefined();
});

test('very deep nesting is invalid in a known part and ignored in an unknown field', () => {
  const depth: unknown = JSON.parse(`${'{"a":['.repeat(5000)}1${']}'.repeat(5000)}`);
  expect(decodeUserEvent(depth)).toMatchObject({ kind: 'invalid' });
  expect(decodeUserEvent({ ...updated, data: depth })).toEqual(broken('data'));
  expect(decodeUserEvent({ ...updated, later: depth })).toMatchObject({ kind: 'named' });
});

test('an event whose epochs cannot be read is invalid, and one without epochs is not', () => {
  expect(decodeUserEvent({ ...updated, epoch: '4f1c9a22b7d0e853:0' })).toMatchObject({
    kind: 'named',
  });
  expect(decodeUserEvent({ ...updated, epoch: '4f1c9a22b7d0e853' })).toEqual(broken('epoch'));
  expect(decodeUserEvent(updated)).toMatchObject({ kind: 'named' });
});
