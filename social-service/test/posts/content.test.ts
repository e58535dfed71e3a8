// What may be posted.
import { describe, expect, test } from '@jest/globals';
import { requestGuard } from 'contracts/request';
import * as fc from 'fast-check';
import { postCheck } from '../../src/posts/content.ts';

const check = postCheck(requestGuard('social', 'createPost'));
const pointersOf = (body: unknown) => check(body).map(({ pointer }) => pointer);

// Everything that JavaScript takes for white space.
const SPACE =
  '\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff';

describe('may be posted', () => {
  test.each([
    ['a character', 'x'],
    ['5,000 characters of one byte', 'x'.repeat(5000)],
    ['5,000 characters of four bytes', '😀'.repeat(5000)],
    [
      '5,000 characters between white space, 6,000 in all',
      `${' '.repeat(999)}${'x'.repeat(5000)}\n`,
    ],
    ['a character in all the white space there is', `${SPACE}x${SPACE}`],
    ['control characters', '\u0001\u001b[31m\u007f'],
    ['what looks like markup, or SQL', `<script>'; drop table posts; --`],
  ])('%s', (_, content) => {
    expect(check({ content })).toEqual([]);
  });
});

describe('may not be posted, and the fault points at the text', () => {
  test.each([
    ['nothing', ''],
    ['white space alone', SPACE],
    ['5,001 characters', 'x'.repeat(5001)],
    ['5,001 characters of four bytes', '😀'.repeat(5001)],
    ['5,000 characters in too much white space', `${' '.repeat(1000)}${'x'.repeat(5000)} `],
    ['U+0000', 'a\u0000b'],
    ['half a character, the first', 'a\ud83d'],
    ['half a character, the second', '\ude00b'],
    ['a number', 5],
    ['a list', ['x']],
    ['null', null],
  ])('%s', (_, content) => {
    expect(pointersOf({ content })).toEqual(['/body/content']);
  });
});

test.each([
  ['no text', {}, ['/body/content']],
  ['a list', [], ['/body']],
  ['a field that is not known', { content: 'x', authorId: 5 }, ['/body/authorId']],
  ['two faults', { text: 'x' }, ['/body/content', '/body/text']],
])('%s is told', (_, body, pointers) => {
  expect(pointersOf(body).toSorted()).toEqual(pointers);
});

test('any text is measured by what is left after trimming', () => {
  const space = fc.string({ unit: fc.constantFrom(...SPACE.split('')), maxLength: 1100 });
  const inner = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 50 }),
    fc.string({ unit: fc.constantFrom('x', '😀', ' '), minLength: 4950, maxLength: 5050 }),
  );
  fc.assert(
    fc.property(space, inner, space, (before, text, after) => {
      const content = before + text + after;
      const remaining = Array.from(content.trim()).length;
      const fits = remaining >= 1 && remaining <= 5000 && Array.from(content).length <= 6000;
      const plain = content.isWellFormed() && !content.includes('\u0000');
      expect(check({ content })).toHaveLength(fits && plain ? 0 : 1);
    }),
  );
});
