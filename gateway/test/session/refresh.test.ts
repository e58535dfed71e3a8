// One refresh for all requests that come with the same refresh token at the same time.
import { expect, jest, test } from '@jest/globals';
import type { Session } from 'contracts/types';
import { sharedRefresh } from '../../src/session/refresh.ts';
import { failure, aCaller } from '../upstream/engine/arrange.ts';

const session = (refreshToken: string): Session => ({
  user: { id: 7, username: 'user_7' },
  accessToken: 'a.b.c',
  refreshToken,
  expiresIn: 300,
});

/** A refresh whose requests the test answers. */
function arrange() {
  const requests: ReturnType<typeof Promise.withResolvers<Session | undefined>>[] = [];
  const refresh = jest.fn((_token: string) => {
    const request = Promise.withResolvers<Session | undefined>();
    requests.push(request);
    return request.promise;
  });
  return { refresh, requests, shared: sharedRefresh(refresh) };
}

test('gives concurrent calls with the same token the same new session, by one refresh', async () => {
  const { refresh, requests, shared } = arrange();
  const answers = Array.from({ length: 20 }, () => shared('old', aCaller()));
  requests[0]!.resolve(session('new'));
  expect(new Set(await Promise.all(answers))).toEqual(new Set([session('new')]));
  expect(refresh).toHaveBeenCalledTimes(1);
});

test('refreshes different tokens separately', async () => {
  const { refresh, requests, shared } = arrange();
  const [a, b] = [shared('a', aCaller()), shared('b', aCaller())];
  requests[1]!.resolve(session('B'));
  expect(await b).toEqual(session('B'));
  requests[0]!.resolve(session('A'));
  expect(await a).toEqual(session('A'));
  expect(refresh.mock.calls.map(([token]) => token)).toEqual(['a', 'b']);
});

test('refreshes again after the answer, which is not cached', async () => {
  const { refresh, requests, shared } = arrange();
  const first = shared('old', aCaller());
  requests[0]!.resolve(undefined);
  expect(await first).toBeUndefined();
  void shared('old', aCaller());
  expect(refresh).toHaveBeenCalledTimes(2);
});

test('rejects all callers after a failure, and refreshes again for the next call', async () => {
  const { refresh, requests, shared } = arrange();
  const both = [shared('old', aCaller()), shared('old', aCaller())];
  requests[0]!.reject(failure('timeout'));
  for (const answer of both) await expect(answer).rejects.toMatchObject({ kind: 'timeout' });
  void shared('old', aCaller());
  expect(refresh).toHaveBeenCalledTimes(2);
});
