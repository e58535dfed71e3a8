// The request for Identity's log, and what a good answer to it is.
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

test('says after which position, and how long to wait', () => {
  expect(endpoint.target(request)).toBe('/api/user-events?lastEventId=42&timeout=1000');
  expect(endpoint.target({ after: 'latest', waitMs: 0 })).toBe(
    '/api/user-events?lastEventId=latest&timeout=0',
  );
});

test('a batch may be as large as Identity makes it, however small a bound names have', () => {
  expect(endpoint.maxBytes(request)).toBe(1_048_576);
  expect(getUserEvents({ one: 1000, list: 4_000_000 }).maxBytes(request)).toBe(4_000_000);
});

test('a batch has its events as they came, where to go on, and where the log ends', () => {
  expect(read(200, [{ id: '44' }, 'odd'])).toEqual({
    events: [{ id: '44' }, 'odd'],
    nextOffset: 44,
    endOffset: 57,
  });
});

test('a position that the log does not know is no failure, but nothing', () => {
  expect(
    read(400, { errors: [{ pointer: '/query/lastEventId', detail: 'unknown' }] }),
  ).toBeUndefined();
});

describe('is nonsense', () => {
  test.each<[string, unknown, Record<string, string | string[]>]>([
    ['no array', {}, { link: LINK, 'log-head': '57' }],
    ['no JSON', '<h1>', { link: LINK, 'log-head': '57' }],
    ['nothing', '', { link: LINK, 'log-head': '57' }],
    ['a link to another path', [], { link: LINK.replace('user', 'other'), 'log-head': '57' }],
    ['a link to an earlier offset', [], { link: LINK.replace('44', '41'), 'log-head': '57' }],
    ['no link', [], { 'log-head': '57' }],
    ['a link to something else', [], { link: LINK.replace('next', 'prev'), 'log-head': '57' }],
    ['several links', [], { link: [LINK, LINK], 'log-head': '57' }],
    ['no position in the link', [], { link: LINK.replace('44', 'latest'), 'log-head': '57' }],
    ['one that is too large', [], { link: LINK.replace('44', '9'.repeat(16)), 'log-head': '57' }],
    ['no head', [], { link: LINK }],
    ['a head that is no position', [], { link: LINK, 'log-head': '-1' }],
  ])('with %s', (_, body, headers) => {
    expect(() => read(200, body, headers)).toThrow('identity: nonsense');
  });

  test('with another content type', () => {
    expect(() => read(200, [], undefined, 'application/json')).toThrow('identity: nonsense');
  });

  test('when a 400 rejects something else than the offset', () => {
    expect(() => read(400, { errors: [{ pointer: '/query/timeout' }] })).toThrow(
      'identity: rejected',
    );
  });
});
