// Whether the end of a stream matches the user event log: the log is published only behind an end that matches.
import { expect, test } from '@jest/globals';
import type { Epochs } from 'chassis/events/epoch';
import type { UserEventOnWire } from 'contracts/types';
import type { StreamTail } from '../../src/relay/stream.ts';
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

/** Returns the mismatch of a stream that ends with `last` and a log of these events, published up to an offset. */
const said = (last: UserEventOnWire, events: readonly UserEventOnWire[], published = 7) =>
  saidOfTail({ offset: offsetOf(last), event: last, epochs: undefined }, events, published);

const EPOCHS: Epochs = [
  { id: '1111111111111111', beganAfter: 0 },
  { id: '2222222222222222', beganAfter: 6 },
];

const saidOfTail = (
  tail: Omit<StreamTail, 'sequence'>,
  events: readonly UserEventOnWire[],
  published = 7,
) => {
  const log = {
    epochs: () => Promise.resolve({ epochs: EPOCHS, number: 2 }),
    endOffset: () => Promise.resolve(Math.max(0, ...events.map(offsetOf))),
    at: (position: number) => Promise.resolve(events.find((one) => offsetOf(one) === position)),
    hasLaterEvent: (id: number, position: number) =>
      Promise.resolve(events.some((one) => one.data.id === id && offsetOf(one) > position)),
  };
  return streamMismatch(tail, { log, published, now });
};

const different = expect.stringMatching(
  /^the stream and the log differ at offset 7; one of them was restored.*failover\.md/,
);

test('a stream matches when the log has the same event', async () => {
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
])('a stream does not match when the log has %s at the same offset', async (_, own) => {
  expect(await said(event(7, 1, 'name'), [own, event(9, 1, 'newer')])).toEqual(different);
});

test('a stream does not match when it ends beyond the log; the message has both ends', async () => {
  const wrong = await said(event(7, 1, 'name'), [event(6, 1, 'name')]);
  expect(wrong).toMatch(
    /beyond the end of the log: its last offset is 7, the log ends at 6; .*failover\.md/,
  );
  expect(await said(event(7, 1, 'name'), [])).toMatch(/beyond the end of the log/);
});

test('a stream matches when its last event was compacted away because of a newer event of the user', async () => {
  const last = event(7, 1, 'name');
  expect(await said(last, [event(9, 1, 'newer')])).toBeUndefined();
  expect(await said(last, [event(6, 1, 'older'), event(9, 2, 'newer')])).toEqual(different);
});

test('a stream matches when its last event is a deletion that compaction has deleted after 30 days', async () => {
  const rest = [event(9, 2, 'name')];
  expect(await said(event(7, 1, undefined, daysAgo(31)), rest)).toBeUndefined();
  expect(await said(event(7, 1, undefined, daysAgo(29)), rest)).toEqual(different);
  expect(await said(event(7, 1, 'name', daysAgo(31)), rest)).toEqual(different);
});

test('a stream does not match when the log neither has its last event nor has published that far', async () => {
  // After a restore, a transaction that was rolled back used up this offset.
  expect(await said(event(7, 1, 'name'), [event(9, 1, 'newer')], 6)).toEqual(different);
  expect(await said(event(7, 1, undefined, daysAgo(31)), [event(9, 2, 'x')], 6)).toEqual(different);
});

test('a stream does not match when the log does not continue the epoch of its last event, even with the same offset', async () => {
  const last = event(7, 1, 'name');
  const tail = { offset: 7, event: last, epochs: EPOCHS.slice(0, 1) };
  expect(await saidOfTail(tail, [last, event(9, 1, 'newer')])).toMatch(
    /epoch 1111111111111111, which the log does not continue at offset 7; .*failover\.md/,
  );
  expect(await saidOfTail({ ...tail, epochs: EPOCHS }, [last])).toBeUndefined();
  const earlier = { ...tail, offset: 6, event: event(6, 1, 'name') };
  expect(await saidOfTail(earlier, [event(6, 1, 'name'), event(9, 1, 'x')])).toBeUndefined();
});

test('a stream matches when its last event has an unknown type and the log has its offset', async () => {
  const tail = { offset: 7, event: undefined, epochs: EPOCHS };
  expect(await saidOfTail(tail, [event(7, 1, 'name')])).toBeUndefined();
  expect(await saidOfTail(tail, [event(6, 1, 'name')])).toMatch(/beyond the end of the log/);
});
