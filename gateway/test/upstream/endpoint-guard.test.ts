// Whether one endpoint fails, or its upstream does.
import { expect, jest, test } from '@jest/globals';
import { createEndpointGuard } from '../../src/upstream/endpoint-guard.ts';
import { createQuarantine } from '../../src/upstream/engine/quarantine.ts';
import { aCaller, answer, failure } from './engine/arrange.ts';

type Name = 'feed' | 'posts';

function arrange() {
  const clock = { ms: 0 };
  const now = () => clock.ms;
  const onQuarantined = jest.fn();
  const endpoints = createEndpointGuard({
    quarantine: createQuarantine<string>({
      upstream: 'social',
      breaker: { state: 'closed', resetMs: 5000 },
      now,
    }),
    onQuarantined,
    now,
  });
  const works = { feed: true, posts: true };
  /** For each failure, whether the breaker counted it. */
  const counted: boolean[] = [];
  const trials: Name[] = [];
  const send = async (name: Name) => {
    if (works[name]) return answer('ok');
    throw failure('server-error');
  };
  const callTo = (name: Name) =>
    endpoints.guard<null, string>(
      name,
      async () => {
        try {
          return await send(name);
        } catch (error) {
          counted.push(endpoints.shouldCount(name, error));
          throw error;
        }
      },
      () => {
        trials.push(name);
        return send(name);
      },
    );
  const calls = { feed: callTo('feed'), posts: callTo('posts') };
  /** Sends a request a tenth of a second after the last one. */
  const request = (name: Name): Promise<string> => {
    clock.ms += 100;
    return calls[name](null, aCaller()).then(
      () => 'ok',
      (error: { kind: string }) => error.kind,
    );
  };
  return { clock, works, counted, trials, request, endpoints, onQuarantined };
}

test('counts the first failure, and no further ones while another endpoint works', async () => {
  const { works, counted, request } = arrange();
  works.feed = false;
  for (const name of ['feed', 'posts', 'feed', 'feed'] as const) await request(name);
  expect(counted).toEqual([true, false, false]);
});

test('counts every failure while no other endpoint works', async () => {
  const { works, counted, request } = arrange();
  await request('posts');
  works.feed = works.posts = false;
  for (let round = 0; round < 4; round += 1)
    for (const name of ['feed', 'posts'] as const) await request(name);
  expect(counted).toEqual(Array(8).fill(true));
});

test('counts failures again a second after the last success of another endpoint', async () => {
  const { clock, works, counted, request } = arrange();
  works.feed = false;
  for (const name of ['feed', 'posts', 'feed'] as const) await request(name);
  clock.ms += 1_000;
  await request('feed');
  expect(counted).toEqual([true, false, true]);
});

test('always counts a failure of the connection', () => {
  const { endpoints } = arrange();
  for (let count = 0; count < 3; count += 1)
    expect(endpoints.shouldCount('feed', failure('refused'))).toBe(true);
});

test('quarantines an endpoint that failed five times in a row while others work, and then tries it past the breaker', async () => {
  const { clock, works, counted, trials, request, onQuarantined } = arrange();
  works.feed = false;
  for (let round = 0; round < 5; round += 1)
    for (const name of ['feed', 'posts'] as const) await request(name);
  expect(await request('feed')).toBe('server-error');
  expect([trials, counted.length]).toEqual([['feed'], 5]);
  expect([await request('feed'), await request('posts')]).toEqual(['quarantined', 'ok']);
  expect(onQuarantined).toHaveBeenCalledTimes(1);

  works.feed = true;
  clock.ms += 2_000;
  expect([await request('feed'), await request('feed')]).toEqual(['ok', 'ok']);
  expect(trials).toEqual(['feed', 'feed']);
});
