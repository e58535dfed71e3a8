// One renewal for all who come with one refresh token at the same time.
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

/** A renewal that is answered by hand. */
function arrange() {
  const flights: ReturnType<typeof Promise.withResolvers<Session | undefined>>[] = [];
  const refresh = jest.fn((_token: string) => {
    const flight = Promise.withResolvers<Session | undefined>();
    flights.push(flight);
    return flight.promise;
  });
  return { refresh, flights, shared: sharedRefresh(refresh) };
}

test('those who come with one token at the same time get the same successor, by one renewal', async () => {
  const { refresh, flights, shared } = arrange();
  const answers = Array.from({ length: 20 }, () => shared('old', aCaller()));
  flights[0]!.resolve(session('new'));
  expect(new Set(await Promise.all(answers))).toEqual(new Set([session('new')]));
  expect(refresh).toHaveBeenCalledTimes(1);
});

test('different tokens have nothing to do with each other', async () => {
  const { refresh, flights, shared } = arrange();
  const [a, b] = [shared('a', aCaller()), shared('b', aCaller())];
  flights[1]!.resolve(session('B'));
  expect(await b).toEqual(session('B'));
  flights[0]!.resolve(session('A'));
  expect(await a).toEqual(session('A'));
  expect(refresh.mock.calls.map(([token]) => token)).toEqual(['a', 'b']);
});

test('who comes after the answer renews anew: nothing of it is kept', async () => {
  const { refresh, flights, shared } = arrange();
  const first = shared('old', aCaller());
  flights[0]!.resolve(undefined);
  expect(await first).toBeUndefined();
  void shared('old', aCaller());
  expect(refresh).toHaveBeenCalledTimes(2);
});

test('a failure is everybody’s, and the next one renews anew', async () => {
  const { refresh, flights, shared } = arrange();
  const both = [shared('old', aCaller()), shared('old', aCaller())];
  flights[0]!.reject(failure('timeout'));
  for (const each of both) await expect(each).rejects.toMatchObject({ kind: 'timeout' });
  void shared('old', aCaller());
  expect(refresh).toHaveBeenCalledTimes(2);
});
