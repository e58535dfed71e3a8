// An event log as an event source: where reading begins, continues and begins again, and how it fails.
import { expect, test } from '@jest/globals';
import type { Epochs } from 'chassis/events/epoch';
import { SourceError, UnknownOffset, type Events } from 'chassis/events/source';
import type { Caller, Reply } from '../../src/upstream/engine/call.ts';
import type { LogRequest } from '../../src/upstream/log-feed.ts';
import { createLogSource } from '../../src/upstream/log-source.ts';
import { answer, failure, settle } from './engine/arrange.ts';

const LIMIT_MS = 2000;

interface PendingRequest {
  readonly request: LogRequest;
  readonly caller: Caller;
  readonly answer: (page: Events | undefined) => void;
  readonly fail: (error: unknown) => void;
}

function arrange() {
  const requests: PendingRequest[] = [];
  const poll = (request: LogRequest, caller: Caller) =>
    new Promise<Reply<Events | undefined>>((resolve, reject) => {
      requests.push({ request, caller, answer: (page) => resolve(answer(page)), fail: reject });
    });
  const source = createLogSource(poll, LIMIT_MS);
  const signal = new AbortController().signal;
  return {
    source,
    requests,
    read: (abort = signal) => source.read(source.offset().offset, abort),
  };
}

const page = (nextOffset: number, epochs?: Epochs): Events => ({
  events: [],
  nextOffset: nextOffset,
  endOffset: nextOffset,
  epochs,
});

test('starts at the end of the log, which it requests without waiting, and then waits for half of its time limit', async () => {
  const { source, requests, read } = arrange();
  const first = read();
  expect(requests[0]!.request).toEqual({ after: 'latest', waitMs: 0 });
  requests[0]!.answer(page(42));
  expect(await first).toMatchObject({ events: [], nextOffset: 42, endOffset: 42 });
  expect(source.offset()).toEqual({ offset: 42 });
  void read();
  expect(requests[1]!.request).toEqual({ after: 42, waitMs: 1000 });
  const remainingMs = requests[1]!.caller.deadlineAt - performance.now();
  expect(remainingMs).toBeGreaterThan(1000);
  expect(remainingMs).toBeLessThanOrEqual(LIMIT_MS);
});

test('continues at the offset of the applied events, not at the offset of the read events', async () => {
  const { source, requests, read } = arrange();
  const first = read();
  requests[0]!.answer(page(42));
  await first;
  const second = read();
  requests[1]!.answer(page(50));
  await second;
  void read();
  expect(requests[2]!.request.after).toBe(42);
  source.advanceTo(page(50));
  void read();
  expect(requests[3]!.request.after).toBe(50);
});

test('continues at offset 0 of an empty log, so that it misses no later event', async () => {
  const { requests, read } = arrange();
  const first = read();
  requests[0]!.answer(page(0));
  await first;
  void read();
  expect(requests[1]!.request).toEqual({ after: 0, waitMs: 1000 });
});

test('fails once when the log does not know the offset, and then starts at the end of the log', async () => {
  const { source, requests, read } = arrange();
  const first = read();
  requests[0]!.answer(page(42));
  await first;
  const second = read();
  requests[1]!.answer(undefined);
  await expect(second).rejects.toThrow('does not know the offset; reading starts again at its end');
  void read();
  expect(requests[2]!.request).toEqual({ after: 'latest', waitMs: 0 });
  expect(source.offset()).toEqual({ offset: 0 });
});

test('stores the epoch of the log, and starts at the end of a log with another history', async () => {
  const first: Epochs = [{ id: '1111111111111111', beganAfter: 0 }];
  const second: Epochs = [...first, { id: '2222222222222222', beganAfter: 41 }];
  const { source, requests, read } = arrange();
  const reading = read();
  requests[0]!.answer(page(42, first));
  await reading;
  expect(source.offset()).toEqual({ offset: 42, epoch: '1111111111111111' });
  const refused = read();
  requests[1]!.answer(page(1_042, second));
  await expect(refused).rejects.toThrow(/another history.*; reading starts again at its end/);
  void read();
  expect(requests[2]!.request).toEqual({ after: 'latest', waitMs: 0 });
  expect(source.offset()).toEqual({ offset: 0 });
});

test('starts at the end of a log that has another event at its offset', async () => {
  const { source, requests, read } = arrange();
  const first = read();
  requests[0]!.answer(page(41));
  await first;
  const time = '2026-03-01T12:00:00.000Z';
  source.advanceTo({ ...page(42), events: [{ id: '42', time }] });
  const same = read();
  requests[1]!.answer({ ...page(42), timeAtStart: time });
  await same;
  const other = read();
  requests[2]!.answer({ ...page(43), timeAtStart: '2026-03-01T13:00:00.000Z' });
  await expect(other).rejects.toThrow('another event at this offset');
  expect(source.offset()).toEqual({ offset: 0 });
});

test('throws a SourceError that names only the kind of Identity’s failure', async () => {
  const { requests, read } = arrange();
  const first = read();
  requests[0]!.fail(failure('refused'));
  const error = await first.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(SourceError);
  expect(error).not.toBeInstanceOf(UnknownOffset);
  expect((error as Error).message).toBe('identity: refused');
});

test('rethrows a bug', async () => {
  const { requests, read } = arrange();
  const first = read();
  const bug = new TypeError('oops');
  requests[0]!.fail(bug);
  await expect(first).rejects.toBe(bug);
});

test('cancels the request at once when reading is aborted', async () => {
  const { requests, read } = arrange();
  const controller = new AbortController();
  const first = read(controller.signal);
  first.catch(() => undefined);
  expect(requests[0]!.caller.cancellation.cancelled).toBe(false);
  controller.abort();
  expect(requests[0]!.caller.cancellation.cancelled).toBe(true);
  requests[0]!.fail(failure('left'));
  await settle();
});
