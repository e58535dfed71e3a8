import { expect, jest, test } from '@jest/globals';
import { serveFromCache, storeInCache } from '../../../src/upstream/engine/layers/cache.ts';
import { createCache } from '../../../src/upstream/engine/cache.ts';
import type { UpstreamFailure } from '../../../src/upstream/engine/failure.ts';
import { aCaller, answer, deferredCall, failure } from './arrange.ts';

function arrange() {
  let now = 0;
  let rejection: UpstreamFailure | undefined;
  const cache = createCache<string>({
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
  const call = serveFromCache({ cache: cache, rejection: () => rejection, onLookup, onDegraded })(
    storeInCache(cache)(inner),
  );
  return {
    cache,
    inner,
    onDegraded,
    onLookup,
    call: (id = 1) => call(id, aCaller()),
    advance: (ms: number) => (now += ms),
    rejectWith: (failedWith: UpstreamFailure | undefined) => (rejection = failedWith),
  };
}

test('serves a fresh value without a request, with the time that it stays fresh', async () => {
  const { call, inner, advance } = arrange();
  inner.mockResolvedValueOnce(answer('cat'));
  await call();
  advance(40);
  expect(await call()).toEqual({ value: 'cat', via: { kind: 'hit', ttlMs: 60 } });
  expect(inner).toHaveBeenCalledTimes(1);
});

test('requests a value again when it is no longer fresh', async () => {
  const { call, inner, advance } = arrange();
  inner.mockResolvedValueOnce(answer('cat')).mockResolvedValueOnce(answer('dog'));
  await call();
  advance(101);
  expect(await call()).toEqual(answer('dog'));
});

test('caches an absence, too, for its own shorter time', async () => {
  const { call, inner, advance } = arrange();
  inner.mockResolvedValue(answer(undefined));
  await call();
  advance(9);
  expect((await call()).via.kind).toBe('hit');
  advance(2);
  expect((await call()).via.kind).toBe('miss');
});

test('serves the stale value after a failure, and names the failure', async () => {
  const { call, inner, advance, onDegraded } = arrange();
  inner.mockResolvedValueOnce(answer('cat'));
  await call();
  advance(500);
  const failedWith = failure('timeout');
  inner.mockRejectedValueOnce(failedWith);
  const via = { kind: 'stale', failure: failedWith, ageMs: 500 };
  expect(await call()).toEqual({ value: 'cat', via });
  expect(onDegraded).toHaveBeenCalledWith(1);
});

test('replies unavailable after a failure when the value is too old even to be stale', async () => {
  const { call, inner, advance } = arrange();
  inner.mockResolvedValueOnce(answer('cat'));
  await call();
  advance(1101);
  inner.mockRejectedValueOnce(failure('timeout'));
  expect((await call()).via).toMatchObject({ kind: 'unavailable', failure: { kind: 'timeout' } });
});

test('does not serve a stale absence after a failure: the entity may have been created since', async () => {
  const { call, inner, advance } = arrange();
  inner.mockResolvedValueOnce(answer(undefined));
  await call();
  advance(11);
  inner.mockRejectedValueOnce(failure('refused'));
  expect((await call()).via).toMatchObject({ kind: 'unavailable', failure: { kind: 'refused' } });
});

test('makes no call while the breaker is open: serves the stale value, or replies unavailable without one', async () => {
  const { call, inner, advance, rejectWith } = arrange();
  inner.mockResolvedValueOnce(answer('cat'));
  await call(1);
  advance(200);
  rejectWith(failure('open'));
  expect((await call(1)).value).toBe('cat');
  expect((await call(2)).via).toMatchObject({ kind: 'unavailable', failure: { kind: 'open' } });
  expect(inner).toHaveBeenCalledTimes(1);
});

test('rethrows a bug although a stale value is there', async () => {
  const { call, inner, advance, onDegraded } = arrange();
  inner.mockResolvedValueOnce(answer('cat'));
  await call();
  advance(200);
  inner.mockRejectedValueOnce(new TypeError('a bug'));
  await expect(call()).rejects.toThrow(TypeError);
  expect(onDegraded).not.toHaveBeenCalled();
});

test('starts no background refresh for a client that has left', async () => {
  const { call, inner, onDegraded } = arrange();
  inner.mockRejectedValueOnce(failure('left'));
  expect((await call()).via).toMatchObject({ kind: 'unavailable', failure: { kind: 'left' } });
  expect(onDegraded).not.toHaveBeenCalled();
});

test('reports each look-up once: as a miss, a hit or stale', async () => {
  const { call, inner, advance, onLookup } = arrange();
  inner.mockResolvedValueOnce(answer('cat'));
  await call();
  await call();
  advance(200);
  inner.mockRejectedValueOnce(failure('refused'));
  await call();
  expect(onLookup.mock.calls.map(([result]) => result)).toEqual(['miss', 'hit', 'stale']);
});
