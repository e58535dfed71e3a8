// The question for Identity's log, and what a good answer to it is.
import { describe, expect, test } from '@jest/globals';
import { getLog } from '../../src/upstream/identity/user-events.ts';
import { readAnswer } from '../../src/upstream/engine/endpoint.ts';

const operation = getLog({ one: 1000, list: 4000 });
const question = { after: 42, waitMs: 1000 } as const;
const LINK = '</api/user-events?lastEventId=44>; rel="next"';

const read = (
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string | string[]>> = { link: LINK, 'log-head': '57' },
) =>
  readAnswer('identity', operation, question, {
    status,
    headers,
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  });

test('says after which position, and how long to wait', () => {
  expect(operation.target(question)).toBe('/api/user-events?lastEventId=42&timeout=1000');
  expect(operation.target({ after: 'latest', waitMs: 0 })).toBe(
    '/api/user-events?lastEventId=latest&timeout=0',
  );
});

test('a batch may be as large as Identity makes it, however small a bound names have', () => {
  expect(operation.maxBytes(question)).toBe(1_048_576);
  expect(getLog({ one: 1000, list: 4_000_000 }).maxBytes(question)).toBe(4_000_000);
});

test('a batch has its events as they came, where to go on, and where the log ends', () => {
  expect(read(200, [{ id: '44' }, 'odd'])).toEqual({
    events: [{ id: '44' }, 'odd'],
    next: 44,
    head: 57,
  });
});

test.each([
  ['another address with the same parameter', '</elsewhere?timeout=5&lastEventId=7>; rel=next', 7],
  ['the beginning', '</api/user-events?lastEventId=0>; rel="next"', 0],
])('the link may be %s', (_, link, next) => {
  expect(read(200, [], { link, 'log-head': '57' })).toMatchObject({ next });
});

test('a position that the log does not know is no failure, but nothing', () => {
  expect(read(400, { type: 'urn:social-network:problem:invalid-request' })).toBeUndefined();
});

describe('is nonsense', () => {
  test.each<[string, unknown, Record<string, string | string[]>]>([
    ['no array', {}, { link: LINK, 'log-head': '57' }],
    ['no JSON', '<h1>', { link: LINK, 'log-head': '57' }],
    ['nothing', '', { link: LINK, 'log-head': '57' }],
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
});
