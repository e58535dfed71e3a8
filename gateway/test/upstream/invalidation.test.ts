// After a write: nobody joins what was asked before it, and nothing of that is remembered.
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

/** An upstream that is asked by hand. */
const upstreamWith = <Q, T>(call: Call<Q, T>): Upstream =>
  ({
    name: 'social',
    breaker: { reject: () => undefined, available: true, state: 'closed' },
    query: () => call,
  }) as unknown as Upstream;

const endpoint = <Q, T>(): Endpoint<Q, T> => ({
  name: 'things',
  target: () => '/things',
  maxBytes: () => 1000,
  readers: {},
});

/** A request that is asked by hand. */
function aQuestion() {
  const { call, asked } = deferredCall<number, string>();
  const upstream = upstreamWith(call);
  return {
    asked,
    request: createSharedQuery(upstream, endpoint<number, string>(), (id) => id, 1000, observer),
  };
}

describe('a public request', () => {
  test('is shared by all who ask it at once', async () => {
    const { request, asked } = aQuestion();
    const both = [request.call(1, aCaller()), request.call(1, aCaller())];
    asked[0]!.answer('cat');
    expect((await Promise.all(both)).map(({ value }) => value)).toEqual(['cat', 'cat']);
    expect(asked).toHaveLength(1);
  });

  test('that is asked after a write joins nothing that was asked before; who had asked is answered', async () => {
    const { request, asked } = aQuestion();
    const before = request.call(1, aCaller());
    request.invalidate();
    const [after, joined] = [request.call(1, aCaller()), request.call(1, aCaller())];
    expect(asked).toHaveLength(2);
    asked[0]!.answer('old');
    asked[1]!.answer('new');
    expect((await before).value).toBe('old');
    expect((await after).value).toBe('new');
    expect((await joined).value).toBe('new');
  });

  test('the end of an older flight does not end the sharing of the newer one', async () => {
    const { request, asked } = aQuestion();
    const before = request.call(1, aCaller());
    request.invalidate();
    void request.call(1, aCaller());
    asked[0]!.answer('old');
    await before;
    void request.call(1, aCaller());
    expect(asked).toHaveLength(2);
  });
});

test('a private request is nobody else’s: equal ones at once are two', async () => {
  const { call, asked } = deferredCall<number, string>();
  const ask = createPrivateQuery(upstreamWith(call), endpoint<number, string>(), observer);
  const both = [ask(1, aCaller()), ask(1, aCaller())];
  asked[0]!.answer('mine');
  asked[1]!.answer('yours');
  expect((await Promise.all(both)).map(({ value }) => value)).toEqual(['mine', 'yours']);
});

describe.each([
  ['with a memory', true],
  ['without one', false],
])('a thing that is looked up %s', (_, remembers) => {
  function arrange() {
    const { call, asked } = deferredCall<readonly number[], ReadonlyMap<number, string>>();
    const lookups = createLoader<string>({
      upstream: upstreamWith(call),
      entity: 'post',
      endpoint: endpoint<readonly number[], ReadonlyMap<number, string>>(),
      cache: remembers
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
    const look = async (): Promise<string | undefined> => (await lookups.call(1, aCaller())).value;
    const answer = (at: number, value: string) => asked[at]!.answer(new Map([[1, value]]));
    return { lookups, look, asked, answer };
  }

  test('after it was changed joins no older flight, and is not answered from one later', async () => {
    const { lookups, look, asked, answer } = arrange();
    const before = look();
    await settle();
    lookups.invalidate(1);
    const after = look();
    await settle();
    expect(asked).toHaveLength(2);
    answer(1, 'new');
    expect(await after).toBe('new');
    answer(0, 'old');
    expect(await before).toBe('old');
    const later = look();
    await settle();
    if (!remembers) answer(2, 'new');
    expect(await later).toBe('new');
    lookups.close();
  });

  test('is asked for anew when the change came while it still waited to be sent', async () => {
    const { lookups, look, asked, answer } = arrange();
    const before = look();
    lookups.invalidate(1);
    const after = look();
    await settle();
    // Both left after the change: one request is enough, and both may have its answer.
    answer(0, 'new');
    expect(await Promise.all([before, after])).toEqual(['new', 'new']);
    expect(asked).toHaveLength(1);
    lookups.close();
  });

  test('that was remembered is forgotten', async () => {
    const { lookups, look, asked, answer } = arrange();
    const first = look();
    await settle();
    answer(0, 'old');
    await first;
    lookups.invalidate(1);
    const after = look();
    await settle();
    answer(1, 'new');
    expect(await after).toBe('new');
    expect(asked).toHaveLength(2);
    lookups.close();
  });
});
