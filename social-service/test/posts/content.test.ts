// Which texts are accepted as posts.
import { describe, expect, test } from '@jest/globals';
import { anyText } from 'chassis/testing/any-text';
import { requestGuard } from 'contracts/request';
import * as fc from 'fast-check';

const check = requestGuard('social', 'createPost');
const pointersOf = (body: unknown) => check(body).map(({ pointer }) => pointer);

// Everything that JavaScript takes for white space.
const SPACE =
  '\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff';

describe('a post may contain', () => {
  test.each([
    ['a character', 'x'],
    ['5,000 characters of one byte', 'x'.repeat(5000)],
    ['5,000 characters of four bytes', '😀'.repeat(5000)],
    ['4,990 characters between white space, 5,000 in all', `${' '.repeat(9)}${'x'.repeat(4990)}\n`],
    ['a character between all kinds of white space', `${SPACE}x${SPACE}`],
    ['control characters', '\u0001\u001b[31m\u007f'],
    ['text that looks like markup or SQL', `<script>'; drop table posts; --`],
  ])('%s', (_, content) => {
    expect(check({ content })).toEqual([]);
  });
});

describe('a post must not contain, and the fault points at the text', () => {
  test.each([
    ['nothing', ''],
    ['white space alone', SPACE],
    ['5,001 characters', 'x'.repeat(5001)],
    ['5,001 characters of four bytes', '😀'.repeat(5001)],
    ['5,000 characters and a line end', `${'x'.repeat(5000)}\n`],
    ['U+0000', 'a\u0000b'],
    ['the first half of a surrogate pair', 'a\ud83d'],
    ['the second half of a surrogate pair', '\ude00b'],
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
  ['an unknown field', { content: 'x', authorId: 5 }, ['/body/authorId']],
  ['two faults', { text: 'x' }, ['/body/content', '/body/text']],
])('a body with %s is rejected, and each fault is named', (_, body, pointers) => {
  expect(pointersOf(body).toSorted()).toEqual(pointers);
});

test('a text is as long as it was sent, in code points', () => {
  const space = fc.string({ unit: fc.constantFrom(...SPACE.split('')), maxLength: 1100 });
  const inner = fc.oneof(
    anyText(50),
    fc.string({ unit: fc.constantFrom('x', '😀', ' '), minLength: 4450, maxLength: 4950 }),
  );
  fc.assert(
    fc.property(space, inner, space, (before, text, after) => {
      const content = before + text + after;
      const fits = content.trim() !== '' && Array.from(content).length <= 5000;
      const plain = content.isWellFormed() && !content.includes('\u0000');
      expect(check({ content })).toHaveLength(fits && plain ? 0 : 1);
    }),
  );
});
