// Input of clients: both sides of every limit, and random text.
import { describe, expect, test } from '@jest/globals';
import {
  PAGE,
  parseBody,
  parseCursor,
  parseId,
  parseIdempotencyKey,
  parseIds,
  parseLimit,
  parseQuery,
} from 'chassis/http/input';
import type { Problem } from 'chassis/http/problem';
import * as fc from 'fast-check';

/** The pointers of the 400 that `work` throws; undefined when it throws nothing. */
function faultAt(work: () => unknown): string[] | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    expect(error).toMatchObject({ name: 'Problem', status: 400 });
    return (error as Problem).errors?.map(({ pointer }) => pointer);
  }
}

describe('an id', () => {
  test.each(['1', '42', '9007199254740991'])('is accepted: %s', (text) => {
    expect(parseId(text, '/path/id')).toBe(Number(text));
  });

  test.each([
    '',
    '0',
    '-1',
    '+1',
    '01',
    '1.0',
    '1e3',
    ' 1',
    '1 ',
    '١',
    '0x1',
    '9007199254740992',
    '10000000000000000',
  ])('is rejected: "%s"', (text) => {
    expect(faultAt(() => parseId(text, '/path/id'))).toEqual(['/path/id']);
  });

  test.each([undefined, null, 1, ['1'], {}])('is rejected when it is not a string: %j', (value) => {
    expect(faultAt(() => parseId(value, '/body/id'))).toEqual(['/body/id']);
  });

  test('is accepted only as a safe positive integer in its canonical form, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.bigInt().map(String)), (text) => {
        if (faultAt(() => parseId(text, '/x'))) return;
        const id = parseId(text, '/x');
        expect(Number.isSafeInteger(id) && id > 0 && String(id) === text).toBe(true);
      }),
    );
  });
});

describe('a list of ids', () => {
  test('keeps its order, and each id once', () => {
    expect(parseIds('5,3,5,8', '/query/ids')).toEqual([5, 3, 8]);
  });

  test('has 1 to 100 ids', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
    expect(parseIds(hundred.join(','), '/query/ids')).toEqual(hundred);
    expect(faultAt(() => parseIds(`${hundred.join(',')},1`, '/query/ids'))).toEqual(['/query/ids']);
  });

  test.each(['', ',', '1,', ',1', '1,,2', '1;2', '1, 2', 'a'])('is rejected: "%s"', (text) => {
    expect(faultAt(() => parseIds(text, '/query/ids'))).toEqual(['/query/ids']);
  });

  test('is rejected fast when it is very long', () => {
    const started = performance.now();
    expect(faultAt(() => parseIds('1,'.repeat(5_000_000), '/query/ids'))).toEqual(['/query/ids']);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

describe('a query', () => {
  test('is empty without a question mark', () => {
    expect(parseQuery('/api/posts', ['ids'])).toEqual({});
    expect(parseQuery('/api/posts?', ['ids'])).toEqual({});
  });

  test('gives the values of the allowed names, decoded', () => {
    expect(parseQuery('/a?ids=1%2C2&limit=5', ['ids', 'limit'])).toEqual({
      ids: '1,2',
      limit: '5',
    });
  });

  test.each([
    ['/a?other=1', '/query/other'],
    ['/a?ids=1&ids=1', '/query/ids'],
    ['/a?ids=&ids=1', '/query/ids'],
    ['/a?__proto__=1', '/query/__proto__'],
    ['/a?constructor=1', '/query/constructor'],
    ['/a?a%2Fb~c=1', '/query/a~1b~0c'],
    ['/a?=1', '/query/'],
    ['/a?ids[]=1', '/query/ids[]'],
  ])('is rejected: %s, with the pointer %s', (target, pointer) => {
    expect(faultAt(() => parseQuery(target, ['ids']))).toEqual([pointer]);
  });

  test('is rejected with a shortened pointer when its unknown name is long', () => {
    const [pointer] = faultAt(() => parseQuery(`/a?${'x'.repeat(9_000)}=1`, ['ids']))!;
    expect(pointer!.length).toBeLessThan(110);
  });
});

describe('a page', () => {
  test('has the default limit without one, and a limit of 1 to 100', () => {
    expect(parseLimit(undefined)).toBe(PAGE.fallback);
    expect([parseLimit('1'), parseLimit('100')]).toEqual([1, 100]);
  });

  test.each(['', '0', '101', '999', '1000', '-1', '01', '1.5', 'x', '1e1'])(
    'rejects the limit "%s"',
    (text) => {
      expect(faultAt(() => parseLimit(text))).toEqual(['/query/limit']);
    },
  );

  test.each(['', 'a b', 'a=', 'ä', 'x'.repeat(201)])('rejects the cursor "%s"', (text) => {
    expect(faultAt(() => parseCursor(text))).toEqual(['/query/cursor']);
  });

  test('has the cursor as it was sent, or none', () => {
    expect(parseCursor('aZ0_-')).toBe('aZ0_-');
    expect(parseCursor(undefined)).toBeUndefined();
  });
});

describe('an Idempotency-Key', () => {
  test.each([
    ['abc', 'abc'],
    ['"abc def"', 'abc def'],
    ['8e03978e-40d5-43dd-bc93-6894a57f9324', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
    [undefined, undefined],
  ])('with the header %s is %s', (header, key) => {
    expect(parseIdempotencyKey(header)).toBe(key);
  });

  test.each(['', '""', '"a', 'a"', 'a b', 'ä', 'a\\b', 'x'.repeat(201), '"\u0007"'])(
    'is rejected with a 400 that points at the header: %j',
    (header) => {
      expect(faultAt(() => parseIdempotencyKey(header))).toEqual(['/header/Idempotency-Key']);
    },
  );
});

test('rejects a body with one 400 that has all faults, and returns a body without faults', () => {
  const faults = [
    { pointer: '/body/a', detail: 'expected a text' },
    { pointer: '/body/b', detail: 'is not known here' },
  ];
  expect(faultAt(() => parseBody(() => faults, {}))).toEqual(['/body/a', '/body/b']);
  expect(parseBody<{ a: number }>(() => [], { a: 1 })).toEqual({ a: 1 });
});
