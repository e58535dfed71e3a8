// The cursor: what was made is read again, and nothing else is.
import { expect, test } from '@jest/globals';
import { Problem } from 'chassis/http/problem';
import * as fc from 'fast-check';
import { encodeCursor, decodeCursor } from '../src/page.ts';

test('every id comes back from its cursor, which fits a URL as it is', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (id) => {
      expect(encodeCursor(id)).toMatch(/^[A-Za-z0-9_-]{1,60}$/);
      expect(decodeCursor(encodeCursor(id))).toBe(id);
    }),
  );
});

test('no cursor is no cursor', () => {
  expect(decodeCursor(undefined)).toBeUndefined();
});

const encoded = (text: string): string => Buffer.from(text).toString('base64url');

test.each([
  '',
  'x',
  'eyJpIjo1fQ==',
  'eyJpIjo1fR', // other bits behind the same bytes
  encoded('{"i":0}'),
  encoded('{"i":-5}'),
  encoded('{"i":05}'),
  encoded('{"i":9007199254740992}'),
  encoded('{"i":"5"}'),
  encoded('{"i":5,"j":1}'),
  encoded('{"i":5} '),
  encoded('5'),
  'A'.repeat(100_000),
])('%s is a 400 at the cursor', (text) => {
  expect(() => decodeCursor(text)).toThrow(
    expect.objectContaining({ errors: [expect.objectContaining({ pointer: '/query/cursor' })] }),
  );
});

test('any text at all is read or refused by a Problem', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.base64String(), fc.json().map(encoded)), (text) => {
      try {
        expect(encodeCursor(decodeCursor(text)!)).toBe(text);
      } catch (error) {
        expect(error).toBeInstanceOf(Problem);
      }
    }),
  );
});
