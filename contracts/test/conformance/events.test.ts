import { expect, test } from '@jest/globals';
import type { Exchange } from '../../src/conformance/conformance.ts';
import { eventExamples } from '../../src/events/examples.ts';
import { always, identity } from './exchanges.ts';

const [first, second] = [eventExamples['user-created'], eventExamples['user-updated']];
const feed: Exchange = {
  method: 'GET',
  path: '/api/user-events?lastEventId=0',
  status: 200,
  headers: {
    ...always,
    'Cache-Control': 'no-store',
    'Content-Type': 'application/cloudevents-batch+json; charset=utf-8',
    Link: '</api/user-events?lastEventId=42>; rel="next"',
    'Log-Head': '57',
    'Log-Epoch': '4f1c9a22b7d0e853:0',
  },
  body: [first, second],
};
const of = (event: unknown, change: object) => [{ ...(event as object), ...change }];

test('accepts a batch of events as a value, as text, as bytes, and an empty batch', () => {
  expect(identity(feed)).toEqual([]);
  expect(identity({ ...feed, body: JSON.stringify(feed.body) })).toEqual([]);
  expect(identity({ ...feed, body: Buffer.from(JSON.stringify(feed.body)) })).toEqual([]);
  expect(identity({ ...feed, body: [] })).toEqual([]);
  expect(identity({ ...feed, body: '[' })).toHaveLength(1);
});

test.each<[string, Partial<Exchange>, string]>([
  ['an object', { body: {} }, 'body must be array'],
  [
    'plain JSON',
    { headers: { ...feed.headers, 'Content-Type': 'application/json' } },
    'content type application/json is not documented',
  ],
  [
    'an event with a field that is not documented',
    { body: of(second, { mood: 'sunny' }) },
    'body/0 must NOT have additional properties (mood)',
  ],
  [
    'an event of a type that is not documented',
    { body: [eventExamples['later-type']] },
    'body/0 value of tag "type" must be in oneOf',
  ],
  [
    'an event that contradicts itself',
    { body: of(second, { subject: '8' }) },
    'body/0/subject contradicts the rest of the event',
  ],
  ['events out of order', { body: [second, first] }, 'body/1/id is not beyond the one before'],
  ['an event twice', { body: [second, second] }, 'body/1/id is not beyond the one before'],
  [
    'a link to an offset before the last event',
    { headers: { ...feed.headers, Link: '</api/user-events?lastEventId=41>; rel="next"' } },
    'header link goes on before the last event',
  ],
  [
    'a head that is not the newest offset',
    { headers: { ...feed.headers, 'Log-Head': '41' } },
    'header log-head is not the newest',
  ],
  ['no link', { headers: { ...feed.headers, Link: undefined } }, 'header link is missing'],
])('finds a batch with %s', (_what, change, violation) => {
  expect(identity({ ...feed, ...change })).toEqual([
    `GET /api/user-events?lastEventId=0 200: ${violation}`,
  ]);
});

test('finds more than 500 events in one answer', () => {
  const body = Array.from({ length: 501 }, (_, at) => {
    const id = String(at + 1);
    return { ...(first as object), id, sequence: id.padStart(20, '0') };
  });
  const headers = {
    ...feed.headers,
    Link: '</api/user-events?lastEventId=501>; rel="next"',
    'Log-Head': '501',
  };
  expect(identity({ ...feed, headers, body: body.slice(0, 500) })).toEqual([]);
  expect(identity({ ...feed, headers, body })).toEqual([
    'GET /api/user-events?lastEventId=0 200: body must NOT have more than 500 items',
  ]);
});
