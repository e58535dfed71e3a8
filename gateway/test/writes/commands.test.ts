// What the gateway invalidates after a write that may have been done.
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { createCommands, type CommandOptions } from '../../src/wire/commands.ts';
import { UpstreamFailure } from '../../src/upstream/engine/failure.ts';
import { aCaller } from '../upstream/engine/arrange.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** Commands to an upstream that fails with this failure, and a list of what they invalidate. */
function arrange(failure: UpstreamFailure) {
  const invalidated: string[] = [];
  const upstream = { name: 'social', command: () => () => Promise.reject(failure) };
  const options = {
    identity: upstream,
    social: upstream,
    limits: { one: 1, list: 1 },
    observer: { call: () => undefined },
    users: { invalidate: (id: number) => invalidated.push(`user ${id}`) },
    posts: { invalidate: (id: number) => invalidated.push(`post ${id}`) },
    sharedQueries: [{ invalidate: () => invalidated.push('pages') }],
  };
  const commands = createCommands(options as unknown as CommandOptions);
  const change = () =>
    commands.changePost({ userId: 1, token: 't', id: 5, content: 'x' }, aCaller());
  return { invalidated, change };
}

test('invalidates the post and the pages again 5 s after a write whose response was lost', async () => {
  const lost = new UpstreamFailure('social', 'timeout', { uncertain: true });
  const { invalidated, change } = arrange(lost);
  await expect(change()).rejects.toBe(lost);
  expect(invalidated).toEqual(['post 5', 'pages']);
  jest.advanceTimersByTime(5_000);
  expect(invalidated).toEqual(['post 5', 'pages', 'post 5', 'pages']);
});

test.each([
  'refused',
  'connect-timeout',
  'open',
  'busy',
  'quarantined',
  'overloaded',
  'throttled',
] as const)('invalidates nothing after a write that was certainly not done: %s', async (kind) => {
  const { invalidated, change } = arrange(new UpstreamFailure('social', kind));
  await expect(change()).rejects.toThrow(kind);
  jest.advanceTimersByTime(60_000);
  expect(invalidated).toEqual([]);
});

test.each(['server-error', 'unavailable'] as const)(
  'invalidates the post and the pages once after a write that failed and may have been done: %s',
  async (kind) => {
    const { invalidated, change } = arrange(new UpstreamFailure('social', kind));
    await expect(change()).rejects.toThrow(kind);
    jest.advanceTimersByTime(60_000);
    expect(invalidated).toEqual(['post 5', 'pages']);
  },
);
