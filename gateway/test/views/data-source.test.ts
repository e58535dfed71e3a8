// Required and optional catalog: which failures end an answer, which become gaps, and which are nobody's but ours.
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import {
  failureKinds,
  UpstreamFailure,
  type FailureKind,
} from '../../src/upstream/engine/failure.ts';
import {
  fromReplica,
  failureOf,
  dataSource,
  optional,
  required,
} from '../../src/views/data-source.ts';
import {
  aPart,
  author,
  caller,
  failed,
  gap,
  hit,
  miss,
  post,
  replica,
  reply,
  stale,
} from './arrange.ts';

const naming = { entity: 'author', upstream: 'identity' } as const;
const kinds = Object.keys(failureKinds) as FailureKind[];

/** A clock that stands until it is told that milliseconds passed. */
function useClock(): (ms: number) => void {
  let now = 1000;
  jest.spyOn(performance, 'now').mockImplementation(() => now);
  return (ms) => (now += ms);
}
afterEach(() => void jest.restoreAllMocks());

test('a part tells what it found, where from, and how long that took', async () => {
  const part = dataSource<number, string>(naming, async () => reply('cat', hit(5)));
  expect(await part(1, caller)).toEqual({
    ...naming,
    value: 'cat',
    via: hit(5),
    tookMs: expect.any(Number),
  });
});

test('the time of a part is what its asker waited, in milliseconds', async () => {
  const pass = useClock();
  const slow = dataSource<number, string>(naming, async () => {
    pass(30);
    return reply('cat');
  });
  expect((await slow(1, caller)).tookMs).toBe(30);
});

test('request and caller reach the call as they are', async () => {
  const seen: unknown[] = [];
  const part = dataSource<number, string>(naming, async (...given) => {
    seen.push(...given);
    return reply('cat');
  });
  await part(7, caller);
  expect(seen).toEqual([7, caller]);
  expect(seen[1]).toBe(caller);
});

test.each(kinds)('without a required part there is no answer: %s is thrown on', async (kind) => {
  const { part } = aPart<number, string>(() => Promise.reject(failed(kind)));
  await expect(required(part)(1, caller)).rejects.toMatchObject({ kind });
});

test('a gap in a required part is its failure', async () => {
  const { part } = aPart<number, string>(() => author<string>(gap(failed('open')), undefined));
  await expect(required(part)(1, caller)).rejects.toMatchObject({ kind: 'open' });
});

test('a gap is a rung that failed: the one below it is asked', async () => {
  const first = aPart<number, string>(() => author<string>(gap(failed('open')), undefined));
  const second = aPart<number, string>(() => author(miss(), 'dog'));
  expect(await optional([first.part, second.part], naming)(1, caller)).toMatchObject({
    value: 'dog',
  });
});

test.each(kinds)('an optional part that failed with %s is a gap that tells so', async (kind) => {
  const { part: rung } = aPart<number, string>(() => Promise.reject(failed(kind)));
  expect(await optional([rung], naming)(1, caller)).toEqual({
    ...naming,
    value: undefined,
    via: gap(failed(kind)),
    tookMs: expect.any(Number),
  });
});

test('the first rung that holds is the answer; those below it are not asked', async () => {
  const first = aPart<number, string>(() => author(hit(), 'cat'));
  const second = aPart<number, string>(() => author(miss(), 'dog'));
  expect(await optional([first.part, second.part], naming)(1, caller)).toMatchObject({
    value: 'cat',
  });
  expect(second.asked).toEqual([]);
});

test('a rung is asked the same request only after the one above it failed', async () => {
  const order: string[] = [];
  const rung = (name: string, holds: boolean) =>
    aPart<number, string>(async (request) => {
      order.push(`${name} is asked ${request}`);
      await Promise.resolve();
      order.push(`${name} has ended`);
      if (!holds) throw failed();
      return author(miss(), name);
    }).part;
  const ladder = optional([rung('1', false), rung('2', false), rung('3', true)], naming);
  expect((await ladder(7, caller)).value).toBe('3');
  expect(order).toEqual([
    '1 is asked 7',
    '1 has ended',
    '2 is asked 7',
    '2 has ended',
    '3 is asked 7',
    '3 has ended',
  ]);
});

test('"there is no such thing" is an answer: no lower rung may contradict it', async () => {
  const first = aPart<number, string>(() => author(miss(), undefined as string | undefined));
  const second = aPart<number, string>(() => author(miss(), 'dog'));
  const found = await optional([first.part, second.part], naming)(1, caller);
  expect(found).toMatchObject({ value: undefined, via: miss() });
  expect(second.asked).toEqual([]);
});

test('below the last rung is the gap, which tells of the first failure: the one that is worth knowing', async () => {
  const rungs = [failed('timeout'), failed('unavailable', 503, 'social')].map(
    (failure) => aPart<number, string>(() => Promise.reject(failure)).part,
  ) as [ReturnType<typeof required<number, string>>];
  expect((await optional(rungs, naming)(1, caller)).via).toEqual(gap(failed('timeout')));
});

/** Takes its time, and fails or finds what it was given. */
const rung = (pass: (ms: number) => void, tookMs: number, end: UpstreamFailure | string) =>
  aPart<number, string>(() => {
    pass(tookMs);
    if (end instanceof UpstreamFailure) throw end;
    return post(miss(), end === '' ? undefined : end, tookMs);
  }).part;

describe('of several rungs', () => {
  const identityFailed = failed('timeout');
  const socialFailed = failed('unavailable', 503, 'social');

  test('one that holds below a failure is a replica, with that failure and what it cost', async () => {
    const pass = useClock();
    const rungs = [rung(pass, 250, identityFailed), rung(pass, 20, 'cat')] as const;
    expect(await optional(rungs, naming)(1, caller)).toEqual({
      ...post(replica(identityFailed), 'cat', 20),
      tried: [{ upstream: 'identity', failure: identityFailed, tookMs: 250 }],
    });
  });

  test('a gap tells of the first by itself, and of the others beside it', async () => {
    const pass = useClock();
    const rungs = [rung(pass, 250, identityFailed), rung(pass, 20, socialFailed)] as const;
    expect(await optional(rungs, naming)(1, caller)).toEqual({
      ...author(gap(identityFailed), undefined, 250),
      tried: [{ upstream: 'social', failure: socialFailed, tookMs: 20 }],
    });
  });

  test('a copy that does not know the thing is no word on whether it exists: that is a gap', async () => {
    const pass = useClock();
    const rungs = [rung(pass, 250, identityFailed), rung(pass, 20, '')] as const;
    expect(await optional(rungs, naming)(1, caller)).toEqual({
      ...author(gap(identityFailed), undefined, 250),
      tried: [{ upstream: 'social', failure: undefined, tookMs: 20 }],
    });
  });

  test('a stale value holds: the copy below is not asked', async () => {
    const copy = aPart<number, string>(() => post(miss(), 'dog'));
    const first = aPart<number, string>(() => author(stale(), 'cat'));
    const found = await optional([first.part, copy.part], naming)(1, caller);
    expect(found).toEqual(author(stale(), 'cat'));
    expect(copy.asked).toEqual([]);
  });
});

describe('where a copy is all that is asked', () => {
  test.each([
    ['what it holds', 'cat'],
    ['what it does not hold', undefined],
  ])('%s is a whole answer from it', async (_, value) => {
    const part = fromReplica(aPart<number, string | undefined>(() => post(miss(), value)).part);
    const found = await part(1, caller);
    expect(found).toEqual(post(replica(), value));
    expect(failureOf(found)).toBeUndefined();
  });

  test('what came from memory stays a hit', async () => {
    const part = fromReplica(aPart<number, string>(() => post(hit(5), 'cat')).part);
    expect((await part(1, caller)).via).toEqual(hit(5));
  });
});

test.each([
  ['a TypeError', new TypeError('undefined is not a function')],
  ['a RangeError', new RangeError('too deep')],
  ['something that is no error at all', 'oops'],
  ['what only looks like a failure', { name: 'UpstreamFailure', kind: 'timeout' }],
])('a bug never becomes an authorless post: %s is thrown on', async (_, bug) => {
  const buggy = aPart<number, string>(() => Promise.reject(bug));
  const lower = aPart<number, string>(() => author(miss(), 'dog'));
  await expect(optional([buggy.part, lower.part], naming)(1, caller)).rejects.toBe(bug);
  expect(lower.asked).toEqual([]);
});

test('a bug in a lower rung is thrown on, too', async () => {
  const upper = aPart<number, string>(() => Promise.reject(failed()));
  const bug = new TypeError('oops');
  const buggy = aPart<number, string>(() => Promise.reject(bug));
  await expect(optional([upper.part, buggy.part], naming)(1, caller)).rejects.toBe(bug);
});

test.each([
  ['hit', hit(), undefined],
  ['miss', miss(), undefined],
  ['joined miss', miss(true), undefined],
  ['stale one', stale(failed('open')), 'open'],
  ['replica of what failed', replica(failed('refused')), 'refused'],
  ['replica that is all there is', replica(), undefined],
  ['unavailable', gap(failed('timeout')), 'timeout'],
])('the failure behind a %s is known, and a whole part has none', (_, via, kind) => {
  expect(failureOf(author(via))?.kind).toBe(kind);
});
