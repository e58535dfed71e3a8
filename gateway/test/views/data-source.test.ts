// Required and optional data sources: which failures end an answer, which make a part unavailable, and which are bugs.
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
  aDataSource,
  author,
  caller,
  failed,
  unavailable,
  hit,
  miss,
  post,
  replica,
  reply,
  stale,
} from './arrange.ts';

const NAME = { entity: 'author', upstream: 'identity' } as const;
const kinds = Object.keys(failureKinds) as FailureKind[];

/** Stops the clock. Returns a function that advances it by milliseconds. */
function useClock(): (ms: number) => void {
  let now = 1000;
  jest.spyOn(performance, 'now').mockImplementation(() => now);
  return (ms) => (now += ms);
}
afterEach(() => void jest.restoreAllMocks());

test('returns the value of its call, where it came from, and how long the call took', async () => {
  const source = dataSource<number, string>(NAME, async () => reply('cat', hit(5)));
  expect(await source(1, caller)).toEqual({
    ...NAME,
    id: 1,
    value: 'cat',
    via: hit(5),
    tookMs: expect.any(Number),
  });
});

test('measures how long the caller waited, in milliseconds', async () => {
  const advance = useClock();
  const slow = dataSource<number, string>(NAME, async () => {
    advance(30);
    return reply('cat');
  });
  expect((await slow(1, caller)).tookMs).toBe(30);
});

test('passes request and caller to the call unchanged', async () => {
  const received: unknown[] = [];
  const source = dataSource<number, string>(NAME, async (...args) => {
    received.push(...args);
    return reply('cat');
  });
  await source(7, caller);
  expect(received).toEqual([7, caller]);
  expect(received[1]).toBe(caller);
});

test.each(kinds)('a required data source throws the failure %s', async (kind) => {
  const { source } = aDataSource<number, string>(() => Promise.reject(failed(kind)));
  await expect(required(source)(1, caller)).rejects.toMatchObject({ kind });
});

test('a required data source throws the failure of an unavailable part', async () => {
  const { source } = aDataSource<number, string>(() =>
    author<string>(unavailable(failed('open')), undefined),
  );
  await expect(required(source)(1, caller)).rejects.toMatchObject({ kind: 'open' });
});

test('an optional data source requests the next rung when the part of the rung above is unavailable', async () => {
  const first = aDataSource<number, string>(() =>
    author<string>(unavailable(failed('open')), undefined),
  );
  const second = aDataSource<number, string>(() => author(miss(), 'dog'));
  expect(await optional([first.source, second.source], NAME)(1, caller)).toMatchObject({
    value: 'dog',
  });
});

test.each(kinds)(
  'an optional data source makes the part unavailable with its failure %s',
  async (kind) => {
    const { source: rung } = aDataSource<number, string>(() => Promise.reject(failed(kind)));
    expect(await optional([rung], NAME)(1, caller)).toEqual({
      ...NAME,
      id: 1,
      value: undefined,
      via: unavailable(failed(kind)),
      tookMs: expect.any(Number),
    });
  },
);

test('an optional data source returns the part of the first rung that succeeds, and requests none below it', async () => {
  const first = aDataSource<number, string>(() => author(hit(), 'cat'));
  const second = aDataSource<number, string>(() => author(miss(), 'dog'));
  expect(await optional([first.source, second.source], NAME)(1, caller)).toMatchObject({
    value: 'cat',
  });
  expect(second.requests).toEqual([]);
});

test('an optional data source sends the same request to a rung only after the rung above it has failed', async () => {
  const order: string[] = [];
  const rung = (name: string, succeeds: boolean) =>
    aDataSource<number, string>(async (request) => {
      order.push(`${name} gets ${request}`);
      await Promise.resolve();
      order.push(`${name} has ended`);
      if (!succeeds) throw failed();
      return author(miss(), name);
    }).source;
  const ladder = optional([rung('1', false), rung('2', false), rung('3', true)], NAME);
  expect((await ladder(7, caller)).value).toBe('3');
  expect(order).toEqual([
    '1 gets 7',
    '1 has ended',
    '2 gets 7',
    '2 has ended',
    '3 gets 7',
    '3 has ended',
  ]);
});

test('an optional data source returns an absence as the answer, and requests no lower rung', async () => {
  const first = aDataSource<number, string>(() => author(miss(), undefined as string | undefined));
  const second = aDataSource<number, string>(() => author(miss(), 'dog'));
  const fetched = await optional([first.source, second.source], NAME)(1, caller);
  expect(fetched).toMatchObject({ value: undefined, via: miss() });
  expect(second.requests).toEqual([]);
});

test('an optional data source makes the part unavailable with the first failure when all rungs have failed', async () => {
  const rungs = [failed('timeout'), failed('unavailable', 503, 'social')].map(
    (failure) => aDataSource<number, string>(() => Promise.reject(failure)).source,
  ) as [ReturnType<typeof required<number, string>>];
  expect((await optional(rungs, NAME)(1, caller)).via).toEqual(unavailable(failed('timeout')));
});

/** A rung that takes `tookMs`, and then fails or returns `end`; '' is an absence. */
const rung = (advance: (ms: number) => void, tookMs: number, end: UpstreamFailure | string) =>
  aDataSource<number, string>(() => {
    advance(tookMs);
    if (end instanceof UpstreamFailure) throw end;
    return post(miss(), end === '' ? undefined : end, tookMs);
  }).source;

describe('an optional data source with several rungs', () => {
  const identityFailed = failed('timeout');
  const socialFailed = failed('unavailable', 503, 'social');

  test('marks the part of a lower rung as a replica, with the failure above it and how long that took', async () => {
    const advance = useClock();
    const rungs = [rung(advance, 250, identityFailed), rung(advance, 20, 'cat')] as const;
    expect(await optional(rungs, NAME)(1, caller)).toEqual({
      ...post(replica(identityFailed), 'cat', 20),
      tried: [{ upstream: 'identity', failure: identityFailed, tookMs: 250 }],
    });
  });

  test('makes the part unavailable with the first failure, and lists the other failures as tried', async () => {
    const advance = useClock();
    const rungs = [rung(advance, 250, identityFailed), rung(advance, 20, socialFailed)] as const;
    expect(await optional(rungs, NAME)(1, caller)).toEqual({
      ...author(unavailable(identityFailed), undefined, 250),
      id: 1,
      tried: [{ upstream: 'social', failure: socialFailed, tookMs: 20 }],
    });
  });

  test('makes the part unavailable when the replica does not know the entity, as it may exist', async () => {
    const advance = useClock();
    const rungs = [rung(advance, 250, identityFailed), rung(advance, 20, '')] as const;
    expect(await optional(rungs, NAME)(1, caller)).toEqual({
      ...author(unavailable(identityFailed), undefined, 250),
      id: 1,
      tried: [{ upstream: 'social', failure: undefined, tookMs: 20 }],
    });
  });

  test('returns a stale value without a request to the replica', async () => {
    const lower = aDataSource<number, string>(() => post(miss(), 'dog'));
    const first = aDataSource<number, string>(() => author(stale(), 'cat'));
    const fetched = await optional([first.source, lower.source], NAME)(1, caller);
    expect(fetched).toEqual(author(stale(), 'cat'));
    expect(lower.requests).toEqual([]);
  });
});

describe('a data source whose only source is the replica', () => {
  test.each([
    ['a user', 'cat'],
    ['an absence', undefined],
  ])('returns %s of the replica as a complete part', async (_, value) => {
    const source = fromReplica(
      aDataSource<number, string | undefined>(() => post(miss(), value)).source,
    );
    const fetched = await source(1, caller);
    expect(fetched).toEqual(post(replica(), value));
    expect(failureOf(fetched)).toBeUndefined();
  });

  test('returns a cached value as a hit', async () => {
    const source = fromReplica(aDataSource<number, string>(() => post(hit(5), 'cat')).source);
    expect((await source(1, caller)).via).toEqual(hit(5));
  });
});

test.each([
  ['a TypeError', new TypeError('undefined is not a function')],
  ['a RangeError', new RangeError('too deep')],
  ['a thrown text', 'oops'],
  ['an object that only looks like a failure', { name: 'UpstreamFailure', kind: 'timeout' }],
])(
  'an optional data source rethrows %s: a bug never becomes an unavailable part',
  async (_, bug) => {
    const buggy = aDataSource<number, string>(() => Promise.reject(bug));
    const lower = aDataSource<number, string>(() => author(miss(), 'dog'));
    await expect(optional([buggy.source, lower.source], NAME)(1, caller)).rejects.toBe(bug);
    expect(lower.requests).toEqual([]);
  },
);

test('an optional data source rethrows a bug of a lower rung', async () => {
  const upper = aDataSource<number, string>(() => Promise.reject(failed()));
  const bug = new TypeError('oops');
  const buggy = aDataSource<number, string>(() => Promise.reject(bug));
  await expect(optional([upper.source, buggy.source], NAME)(1, caller)).rejects.toBe(bug);
});

test.each([
  ['hit', hit(), undefined],
  ['miss', miss(), undefined],
  ['miss that joined a shared request', miss(true), undefined],
  ['stale value', stale(failed('open')), 'open'],
  ['replica value after a failure', replica(failed('refused')), 'refused'],
  ['replica value without a rung above', replica(), undefined],
  ['missing value', unavailable(failed('timeout')), 'timeout'],
])(
  'failureOf returns the failure that degraded a %s, and undefined for a complete part',
  (_, via, kind) => {
    expect(failureOf(author(via))?.kind).toBe(kind);
  },
);
