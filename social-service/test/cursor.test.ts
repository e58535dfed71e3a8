// The cursor: every cursor of ours can be read, and no other text.
import { expect, test } from '@jest/globals';
import { Problem } from 'chassis/http/problem';
import * as fc from 'fast-check';
import { encodeCursor, decodeCursor } from '../src/page.ts';

test('a cursor returns its id, and needs no escaping in a URL', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (id) => {
      expect(encodeCursor(id)).toMatch(/^[A-Za-z0-9_-]{1,60}$/);
      expect(decodeCursor(encodeCursor(id))).toBe(id);
    }),
  );
});

test('a missing cursor is undefined', () => {
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
])('the cursor %s is a 400 that points at the cursor', (text) => {
  expect(() => decodeCursor(text)).toThrow(
    expect.objectContaining({ errors: [expect.objectContaining({ pointer: '/query/cursor' })] }),
  );
});

test('any text is decoded or rejected with a problem', () => {
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
