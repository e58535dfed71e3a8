// The log as a source to follow: where reading begins, goes on, and begins anew; and how it fails.
import { expect, test } from '@jest/globals';
import { SourceError, UnknownOffset, type Events } from 'chassis/events/source';
import type { Caller, Reply } from '../../src/upstream/engine/call.ts';
import type { UserEventsRequest } from '../../src/upstream/identity/user-events.ts';
import { createUserEventSource } from '../../src/upstream/identity/event-source.ts';
import type { Upstream } from '../../src/upstream/upstream.ts';
import { answer, failure, settle } from './engine/arrange.ts';

const LIMIT_MS = 2000;

interface Asked {
  readonly request: UserEventsRequest;
  readonly caller: Caller;
  readonly answer: (page: Events | undefined) => void;
  readonly fail: (error: unknown) => void;
}

function arrange() {
  const asked: Asked[] = [];
  const listen = () => (request: UserEventsRequest, caller: Caller) =>
    new Promise<Reply<Events | undefined>>((resolve, reject) => {
      asked.push({ request, caller, answer: (page) => resolve(answer(page)), fail: reject });
    });
  const identity = { longPoll: listen } as unknown as Upstream;
  const source = createUserEventSource(identity, { one: 1, list: 4 }, LIMIT_MS);
  const signal = new AbortController().signal;
  return { source, asked, read: (until = signal) => source.read(source.offset(), until) };
}

const page = (next: number, head = next): Events => ({
  events: [],
  nextOffset: next,
  endOffset: head,
});

test('it begins where the log ends, which it asks without waiting; then it waits for half of its time', async () => {
  const { source, asked, read } = arrange();
  const first = read();
  expect(asked[0]!.request).toEqual({ after: 'latest', waitMs: 0 });
  asked[0]!.answer(page(42));
  expect(await first).toMatchObject({ events: [], nextOffset: 42, endOffset: 42 });
  expect(source.offset()).toBe(42);
  void read();
  expect(asked[1]!.request).toEqual({ after: 42, waitMs: 1000 });
  const left = asked[1]!.caller.deadlineAt - performance.now();
  expect(left).toBeGreaterThan(1000);
  expect(left).toBeLessThanOrEqual(LIMIT_MS);
});

test('it goes on where the events have taken effect, not where they were read', async () => {
  const { source, asked, read } = arrange();
  const first = read();
  asked[0]!.answer(page(42));
  await first;
  const second = read();
  asked[1]!.answer(page(50));
  await second;
  void read();
  expect(asked[2]!.request.after).toBe(42);
  source.advanceTo(50);
  void read();
  expect(asked[3]!.request.after).toBe(50);
});

test('an empty log has a position, too: nothing of what follows is missed', async () => {
  const { asked, read } = arrange();
  const first = read();
  asked[0]!.answer(page(0));
  await first;
  void read();
  expect(asked[1]!.request).toEqual({ after: 0, waitMs: 1000 });
});

test('a log that does not know the position fails once, and is then read from its end', async () => {
  const { source, asked, read } = arrange();
  const first = read();
  asked[0]!.answer(page(42));
  await first;
  const second = read();
  asked[1]!.answer(undefined);
  await expect(second).rejects.toThrow(UnknownOffset);
  void read();
  expect(asked[2]!.request).toEqual({ after: 'latest', waitMs: 0 });
  expect(source.offset()).toBe(0);
});

test('a failure of Identity is one of the source, and tells its kind only', async () => {
  const { asked, read } = arrange();
  const first = read();
  asked[0]!.fail(failure('refused'));
  const error = await first.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(SourceError);
  expect(error).not.toBeInstanceOf(UnknownOffset);
  expect((error as Error).message).toBe('identity: refused');
});

test('a bug is thrown on', async () => {
  const { asked, read } = arrange();
  const first = read();
  const bug = new TypeError('oops');
  asked[0]!.fail(bug);
  await expect(first).rejects.toBe(bug);
});

test('who stops reading leaves at once', async () => {
  const { asked, read } = arrange();
  const stopping = new AbortController();
  const first = read(stopping.signal);
  first.catch(() => undefined);
  expect(asked[0]!.caller.cancellation.cancelled).toBe(false);
  stopping.abort();
  expect(asked[0]!.caller.cancellation.cancelled).toBe(true);
  asked[0]!.fail(failure('left'));
  await settle();
});
