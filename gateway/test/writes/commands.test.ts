// What a write makes the gateway forget when nobody knows whether it was done.
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

/** Commands to an upstream that fails so, and whom they made the gateway forget. */
function arrange(failure: UpstreamFailure) {
  const forgotten: string[] = [];
  const upstream = { name: 'social', command: () => () => Promise.reject(failure) };
  const options = {
    identity: upstream,
    social: upstream,
    limits: { one: 1, list: 1 },
    observer: { call: () => undefined },
    users: { invalidate: (id: number) => forgotten.push(`user ${id}`) },
    posts: { invalidate: (id: number) => forgotten.push(`post ${id}`) },
    sharedQueries: [{ invalidate: () => forgotten.push('pages') }],
  };
  const commands = createCommands(options as unknown as CommandOptions);
  const change = () =>
    commands.changePost({ userId: 1, token: 't', id: 5, content: 'x' }, aCaller());
  return { forgotten, change };
}

test('a write whose answer was lost is forgotten once more, when it has surely ended', async () => {
  const lost = new UpstreamFailure('social', 'timeout', { uncertain: true });
  const { forgotten, change } = arrange(lost);
  await expect(change()).rejects.toBe(lost);
  expect(forgotten).toEqual(['post 5', 'pages']);
  jest.advanceTimersByTime(5_000);
  expect(forgotten).toEqual(['post 5', 'pages', 'post 5', 'pages']);
});

test('a write that never left is forgotten once', async () => {
  const { forgotten, change } = arrange(new UpstreamFailure('social', 'refused'));
  await expect(change()).rejects.toThrow('refused');
  jest.advanceTimersByTime(60_000);
  expect(forgotten).toEqual(['post 5', 'pages']);
});
