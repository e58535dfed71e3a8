// The decoder of the social event log: the document's own examples, and events that break the contract.
import { describe, expect, test } from '@jest/globals';
import { loadDocument } from '../../src/document.ts';
import { decodeSocialEvent, socialEventTypes } from '../../src/events/decode-social.ts';

const exampleOf = (type: string) =>
  structuredClone(
    (loadDocument('social').components.schemas[type] as { example: Record<string, unknown> })
      .example,
  );
const friendship = { kind: 'friendship', wasFriends: false };

test.each([
  ['PostCreated', { kind: 'post', change: 'created', offset: 41, id: 5, authorId: 1 }],
  ['PostChanged', { kind: 'post', change: 'changed', offset: 42, id: 5, authorId: 1 }],
  ['PostDeleted', { kind: 'post', change: 'deleted', offset: 43, id: 5, authorId: 1 }],
  [
    'FriendshipRequested',
    { ...friendship, change: 'requested', offset: 44, userId: 2, otherId: 1 },
  ],
  ['FriendshipAccepted', { ...friendship, change: 'accepted', offset: 45, userId: 1, otherId: 2 }],
  [
    'FriendshipEnded',
    { ...friendship, change: 'ended', offset: 46, userId: 1, otherId: 2, wasFriends: true },
  ],
])('reads %s', (type, expected) => {
  expect(socialEventTypes).toContain(type);
  expect(decodeSocialEvent(exampleOf(type))).toEqual(expected);
});

test('ignores later fields, and skips later types', () => {
  const event = {
    ...exampleOf('PostCreated'),
    colour: 'red',
    data: { id: 5, authorId: 1, tags: [] },
  };
  expect(decodeSocialEvent(event)).toMatchObject({ kind: 'post', id: 5 });
  expect(decodeSocialEvent({ ...event, type: 'PostLiked' })).toMatchObject({
    kind: 'unknown',
    type: 'PostLiked',
  });
});

describe('an event is invalid', () => {
  test.each([
    ['event', null],
    ['data', { ...exampleOf('PostCreated'), data: { id: 5 } }],
    ['data', { ...exampleOf('FriendshipEnded'), data: { userId: 1, otherId: 2 } }],
    ['subject', { ...exampleOf('PostCreated'), subject: '6' }],
    ['subject', { ...exampleOf('FriendshipAccepted'), subject: '2-1' }],
    ['sequence', { ...exampleOf('PostCreated'), sequence: '0'.repeat(20) }],
    ['source', { ...exampleOf('PostCreated'), source: 'urn:social-network:identity' }],
  ])('by its %s', (reason, event) => {
    expect(decodeSocialEvent(event)).toMatchObject({ kind: 'invalid', reason });
  });
});
