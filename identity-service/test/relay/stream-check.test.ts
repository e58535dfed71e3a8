// Which end of a stream a log is published behind, and which one it is not, whatever became of the two.
import { expect, test } from '@jest/globals';
import type { UserEventOnWire } from 'contracts/types';
import { streamMismatch } from '../../src/relay/stream-check.ts';

const DAY_MS = 86_400_000;
const now = Date.parse('2026-03-01T12:00:00.000Z');
const daysAgo = (days: number): string => new Date(now - days * DAY_MS).toISOString();

const event = (position: number, id: number, username: string | undefined, time = daysAgo(1)) =>
  ({
    specversion: '1.0',
    id: String(position),
    source: 'urn:social-network:identity',
    type: username === undefined ? 'UserDeleted' : 'UserUpdated',
    subject: String(id),
    time,
    sequence: String(position).padStart(20, '0'),
    datacontenttype: 'application/json',
    ...(username === undefined ? { method: 'DELETE', data: { id } } : { data: { id, username } }),
  }) as UserEventOnWire;

const offsetOf = ({ id }: UserEventOnWire): number => Number(id);

/** What is said of a stream that ends with `last`, beside a log of these events that is published up to a position. */
const said = (last: UserEventOnWire, events: readonly UserEventOnWire[], published = 7) => {
  const log = {
    endOffset: () => Promise.resolve(Math.max(0, ...events.map(offsetOf))),
    at: (position: number) => Promise.resolve(events.find((one) => offsetOf(one) === position)),
    hasLaterEvent: (id: number, position: number) =>
      Promise.resolve(events.some((one) => one.data.id === id && offsetOf(one) > position)),
  };
  return streamMismatch(last, { log, published, now });
};

const different = expect.stringMatching(
  /^the stream and the log differ at offset 7; one of them was restored.*failover\.md/,
);

test('the same event in both is none', async () => {
  const last = event(7, 1, 'name');
  const own = { ...last, traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` };
  expect(await said(last, [own], 0)).toBeUndefined();
  expect(await said(last, [own, event(8, 1, 'other')], 0)).toBeUndefined();
});

test.each([
  ['another name', event(7, 1, 'other')],
  ['another user', event(7, 2, 'name')],
  ['another time', event(7, 1, 'name', daysAgo(2))],
  ['another type', { ...event(7, 1, 'name'), type: 'UserCreated' } as UserEventOnWire],
  ['a deletion', event(7, 1, undefined)],
])('%s at the same position is one', async (_, own) => {
  expect(await said(event(7, 1, 'name'), [own, event(9, 1, 'newer')])).toEqual(different);
});

test('an event beyond the log is one, with both ends', async () => {
  const wrong = await said(event(7, 1, 'name'), [event(6, 1, 'name')]);
  expect(wrong).toMatch(
    /beyond the end of the log: its last offset is 7, the log ends at 6; .*failover\.md/,
  );
  expect(await said(event(7, 1, 'name'), [])).toMatch(/beyond the end of the log/);
});

test('one that the log has not any more is none when a newer event of its user supersedes it', async () => {
  const last = event(7, 1, 'name');
  expect(await said(last, [event(9, 1, 'newer')])).toBeUndefined();
  expect(await said(last, [event(6, 1, 'older'), event(9, 2, 'newer')])).toEqual(different);
});

test('nor when it is a deletion from before what compaction keeps', async () => {
  const rest = [event(9, 2, 'name')];
  expect(await said(event(7, 1, undefined, daysAgo(31)), rest)).toBeUndefined();
  expect(await said(event(7, 1, undefined, daysAgo(29)), rest)).toEqual(different);
  expect(await said(event(7, 1, 'name', daysAgo(31)), rest)).toEqual(different);
});

test('one that the log has not, and never has published as far as it knows, is one', async () => {
  // A transaction that was rolled back took its position after a restore.
  expect(await said(event(7, 1, 'name'), [event(9, 1, 'newer')], 6)).toEqual(different);
  expect(await said(event(7, 1, undefined, daysAgo(31)), [event(9, 2, 'x')], 6)).toEqual(different);
});
