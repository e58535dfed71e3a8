import { expect, jest, test } from '@jest/globals';
import { serveFromCache, storeInCache } from '../../../src/upstream/engine/layers/cache.ts';
import { createCache } from '../../../src/upstream/engine/cache.ts';
import type { UpstreamFailure } from '../../../src/upstream/engine/failure.ts';
import { aCaller, answer, deferredCall, failure } from './arrange.ts';

function arrange() {
  let now = 0;
  let refused: UpstreamFailure | undefined;
  const memory = createCache<string>({
    freshMs: 100,
    absentMs: 10,
    staleMs: 1000,
    maxSize: 10,
    sizeOf: () => 1,
    now: () => now,
    random: () => 0,
  });
  const inner = jest.fn(deferredCall<number, string | undefined>().call);
  const onDegraded = jest.fn();
  const onLookup = jest.fn();
  const call = serveFromCache({ cache: memory, rejection: () => refused, onLookup, onDegraded })(
    storeInCache(memory)(inner),
  );
  return {
    memory,
    inner,
    onDegraded,
    onLookup,
    call: (id = 1) => call(id, aCaller()),
    after: (ms: number) => (now += ms),
    refuse: (failed: UpstreamFailure | undefined) => (refused = failed),
  };
}

test('what was answered is not asked again while it is fresh, and says how long that lasts', async () => {
  const { call, inner, after } = arrange();
  inner.mockResolvedValueOnce(answer('cat'));
  await call();
  after(40);
  expect(await call()).toEqual({ value: 'cat', via: { kind: 'hit', ttlMs: 60 } });
  expect(inner).toHaveBeenCalledTimes(1);
});

test('what is no longer fresh is asked again', async () => {
  const { call, inner, after } = arrange();
  inner.mockResolvedValueOnce(answer('cat')).mockResolvedValueOnce(answer('dog'));
  await call();
  after(101);
  expect(await call()).toEqual(answer('dog'));
});

test('"no such thing" is remembered too, for its own shorter time', async () => {
  const { call, inner, after } = arrange();
  inner.mockResolvedValue(answer(undefined));
  await call();
  after(9);
  expect((await call()).via.kind).toBe('hit');
  after(2);
  expect((await call()).via.kind).toBe('miss');
});

test('a failure is answered by the stale value, which names the failure', async () => {
  const { call, inner, after, onDegraded } = arrange();
  inner.mockResolvedValueOnce(answer('cat'));
  await call();
  after(500);
  const failed = failure('timeout');
  inner.mockRejectedValueOnce(failed);
  expect(await call()).toEqual({ value: 'cat', via: { kind: 'stale', failure: failed } });
  expect(onDegraded).toHaveBeenCalledWith(1);
});

test('beyond the stale horizon a failure leaves a gap', async () => {
  const { call, inner, after } = arrange();
  inner.mockResolvedValueOnce(answer('cat'));
  await call();
  after(1101);
  inner.mockRejectedValueOnce(failure('timeout'));
  expect((await call()).via).toMatchObject({ kind: 'unavailable', failure: { kind: 'timeout' } });
});

test('"no such thing" never stands in for a failure: it may have been made since', async () => {
  const { call, inner, after } = arrange();
  inner.mockResolvedValueOnce(answer(undefined));
  await call();
  after(11);
  inner.mockRejectedValueOnce(failure('refused'));
  expect((await call()).via).toMatchObject({ kind: 'unavailable', failure: { kind: 'refused' } });
});

test('while the upstream would refuse, nobody is asked: stale when there is something, else a gap', async () => {
  const { call, inner, after, refuse } = arrange();
  inner.mockResolvedValueOnce(answer('cat'));
  await call(1);
  after(200);
  refuse(failure('open'));
  expect((await call(1)).value).toBe('cat');
  expect((await call(2)).via).toMatchObject({ kind: 'unavailable', failure: { kind: 'open' } });
  expect(inner).toHaveBeenCalledTimes(1);
});

test('a bug is never answered by a stale value', async () => {
  const { call, inner, after, onDegraded } = arrange();
  inner.mockResolvedValueOnce(answer('cat'));
  await call();
  after(200);
  inner.mockRejectedValueOnce(new TypeError('a bug'));
  await expect(call()).rejects.toThrow(TypeError);
  expect(onDegraded).not.toHaveBeenCalled();
});

test('a client that left is no reason to ask again in the background', async () => {
  const { call, inner, onDegraded } = arrange();
  inner.mockRejectedValueOnce(failure('left'));
  expect((await call()).via).toMatchObject({ kind: 'unavailable', failure: { kind: 'left' } });
  expect(onDegraded).not.toHaveBeenCalled();
});

test('every look-up is told once, as what it was', async () => {
  const { call, inner, after, onLookup } = arrange();
  inner.mockResolvedValueOnce(answer('cat'));
  await call();
  await call();
  after(200);
  inner.mockRejectedValueOnce(failure('refused'));
  await call();
  expect(onLookup.mock.calls).toEqual([['miss'], ['hit'], ['stale']]);
});
