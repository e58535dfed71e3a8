// Invalidation after a write: no request joins an older one, and no older value stays in the cache.
import { describe, expect, test } from '@jest/globals';
import type { Call } from '../../src/upstream/engine/call.ts';
import { createLoader } from '../../src/upstream/loader.ts';
import { createCache } from '../../src/upstream/engine/cache.ts';
import type { Observer } from '../../src/upstream/engine/observer.ts';
import type { Upstream } from '../../src/upstream/upstream.ts';
import type { Endpoint } from '../../src/upstream/engine/endpoint.ts';
import { createPrivateQuery, createSharedQuery } from '../../src/upstream/queries.ts';
import { aCaller, deferredCall, settle } from './engine/arrange.ts';

const observer = new Proxy({}, { get: () => () => undefined }) as Observer;

/** An upstream whose requests go to `call`. */
const upstreamWith = <Q, T>(call: Call<Q, T>): Upstream =>
  ({
    name: 'social',
    breaker: { reject: () => undefined, available: true, state: 'closed' },
    query: () => call,
    trial: () => call,
  }) as unknown as Upstream;

const endpoint = <Q, T>(): Endpoint<Q, T> => ({
  name: 'things',
  target: () => '/things',
  maxBytes: () => 1000,
  readers: {},
});

/** A shared query whose requests the test answers. */
function aSharedQuery() {
  const { call, requests } = deferredCall<number, string>();
  const upstream = upstreamWith(call);
  return {
    requests,
    query: createSharedQuery(upstream, endpoint<number, string>(), 1000, observer),
  };
}

describe('a shared query', () => {
  test('sends equal concurrent requests once', async () => {
    const { query, requests } = aSharedQuery();
    const both = [query.call(1, aCaller()), query.call(1, aCaller())];
    requests[0]!.answer('cat');
    expect((await Promise.all(both)).map(({ value }) => value)).toEqual(['cat', 'cat']);
    expect(requests).toHaveLength(1);
  });

  test('joins no request from before an invalidation; the earlier caller still gets its reply', async () => {
    const { query, requests } = aSharedQuery();
    const before = query.call(1, aCaller());
    query.invalidate();
    const [after, joined] = [query.call(1, aCaller()), query.call(1, aCaller())];
    expect(requests).toHaveLength(2);
    requests[0]!.answer('old');
    requests[1]!.answer('new');
    expect((await before).value).toBe('old');
    expect((await after).value).toBe('new');
    expect((await joined).value).toBe('new');
  });

  test('keeps sharing a newer request when an older one ends', async () => {
    const { query, requests } = aSharedQuery();
    const before = query.call(1, aCaller());
    query.invalidate();
    void query.call(1, aCaller());
    requests[0]!.answer('old');
    await before;
    void query.call(1, aCaller());
    expect(requests).toHaveLength(2);
  });
});

test('a private query sends equal concurrent requests separately', async () => {
  const { call, requests } = deferredCall<number, string>();
  const query = createPrivateQuery(upstreamWith(call), endpoint<number, string>(), observer);
  const both = [query(1, aCaller()), query(1, aCaller())];
  requests[0]!.answer('mine');
  requests[1]!.answer('yours');
  expect((await Promise.all(both)).map(({ value }) => value)).toEqual(['mine', 'yours']);
});

describe.each([
  ['with a cache', true],
  ['without a cache', false],
])('a loader %s', (_, caches) => {
  function arrange() {
    const { call, requests } = deferredCall<readonly number[], ReadonlyMap<number, string>>();
    const loader = createLoader<string>({
      upstream: upstreamWith(call),
      entity: 'post',
      endpoint: endpoint<readonly number[], ReadonlyMap<number, string>>(),
      cache: caches
        ? createCache({
            freshMs: 60_000,
            absentMs: 60_000,
            staleMs: 60_000,
            maxSize: 10,
            sizeOf: () => 1,
          })
        : undefined,
      limitMs: 1000,
      refreshInBackground: false,
      observer,
    });
    const load = async (): Promise<string | undefined> => (await loader.call(1, aCaller())).value;
    const answer = (at: number, value: string) => requests[at]!.answer(new Map([[1, value]]));
    return { loader, load, requests, answer };
  }

  test('joins no request from before an invalidation, and never serves its value afterwards', async () => {
    const { loader, load, requests, answer } = arrange();
    const before = load();
    await settle();
    loader.invalidate(1);
    const after = load();
    await settle();
    expect(requests).toHaveLength(2);
    answer(1, 'new');
    expect(await after).toBe('new');
    answer(0, 'old');
    expect(await before).toBe('old');
    const later = load();
    await settle();
    if (!caches) answer(2, 'new');
    expect(await later).toBe('new');
    loader.close();
  });

  test('sends one request for the callers before and after an invalidation that comes before the request is sent', async () => {
    const { loader, load, requests, answer } = arrange();
    const before = load();
    loader.invalidate(1);
    const after = load();
    await settle();
    // The request was sent after the invalidation, so its value is new for both callers.
    answer(0, 'new');
    expect(await Promise.all([before, after])).toEqual(['new', 'new']);
    expect(requests).toHaveLength(1);
    loader.close();
  });

  test('requests an invalidated entity again', async () => {
    const { loader, load, requests, answer } = arrange();
    const first = load();
    await settle();
    answer(0, 'old');
    await first;
    loader.invalidate(1);
    const after = load();
    await settle();
    answer(1, 'new');
    expect(await after).toBe('new');
    expect(requests).toHaveLength(2);
    loader.close();
  });
});
