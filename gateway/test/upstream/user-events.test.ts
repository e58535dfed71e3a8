// The request for user events, and which of its responses are valid.
import { describe, expect, test } from '@jest/globals';
import { getUserEvents } from '../../src/upstream/identity/user-events.ts';
import { readResponse } from '../../src/upstream/engine/endpoint.ts';

const endpoint = getUserEvents({ one: 1000, list: 4000 });
const request = { after: 42, waitMs: 1000 } as const;
const LINK = '</api/user-events?lastEventId=44>; rel="next"';

const read = (
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string | string[]>> = { link: LINK, 'log-head': '57' },
  type = 'application/cloudevents-batch+json',
) =>
  readResponse('identity', endpoint, request, {
    status,
    headers: { 'content-type': type, ...headers },
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  });

test('requests events after an offset, and says how long to wait', () => {
  expect(endpoint.target(request)).toBe('/api/user-events?lastEventId=42&timeout=1000');
  expect(endpoint.target({ after: 'latest', waitMs: 0 })).toBe(
    '/api/user-events?lastEventId=latest&timeout=0',
  );
});

test('accepts batches as large as Identity makes them, also with a smaller limit for lists', () => {
  expect(endpoint.maxBytes(request)).toBe(1_048_576);
  expect(getUserEvents({ one: 1000, list: 4_000_000 }).maxBytes(request)).toBe(4_000_000);
});

test('returns the events as they came, the next offset and the end offset', () => {
  expect(read(200, [{ id: '44' }, 'odd'])).toEqual({
    events: [{ id: '44' }, 'odd'],
    nextOffset: 44,
    endOffset: 57,
  });
});

test('returns undefined for an offset that the log does not know', () => {
  expect(
    read(400, { errors: [{ pointer: '/query/lastEventId', detail: 'unknown' }] }),
  ).toBeUndefined();
});

describe('an invalid response', () => {
  test.each<[string, unknown, Record<string, string | string[]>]>([
    ['an object', {}, { link: LINK, 'log-head': '57' }],
    ['text that is no JSON', '<h1>', { link: LINK, 'log-head': '57' }],
    ['an empty body', '', { link: LINK, 'log-head': '57' }],
    ['a link to another path', [], { link: LINK.replace('user', 'other'), 'log-head': '57' }],
    ['a link to an earlier offset', [], { link: LINK.replace('44', '41'), 'log-head': '57' }],
    ['no Link header', [], { 'log-head': '57' }],
    ['a link with another relation', [], { link: LINK.replace('next', 'prev'), 'log-head': '57' }],
    ['several Link headers', [], { link: [LINK, LINK], 'log-head': '57' }],
    ['a link without an offset', [], { link: LINK.replace('44', 'latest'), 'log-head': '57' }],
    [
      'a link to an offset that is too large',
      [],
      { link: LINK.replace('44', '9'.repeat(16)), 'log-head': '57' },
    ],
    ['no Log-Head header', [], { link: LINK }],
    ['a Log-Head that is no offset', [], { link: LINK, 'log-head': '-1' }],
  ])('with %s is nonsense', (_, body, headers) => {
    expect(() => read(200, body, headers)).toThrow('identity: nonsense');
  });

  test('with another content type is nonsense', () => {
    expect(() => read(200, [], undefined, 'application/json')).toThrow('identity: nonsense');
  });

  test('with a 400 that is not about the offset is nonsense', () => {
    expect(() => read(400, { errors: [{ pointer: '/query/timeout' }] })).toThrow(
      'identity: nonsense',
    );
  });
});
