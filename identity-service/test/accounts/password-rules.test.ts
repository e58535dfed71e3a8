// Which new passwords are accepted.
import { describe, expect, test } from '@jest/globals';
import { anyText } from 'chassis/testing/any-text';
import * as fc from 'fast-check';
import { passwordFault } from '../../src/accounts/password-rules.ts';
import { normalise } from '../../src/accounts/passwords.ts';

const FAULTS = [
  'expected a password of 8 to 128 characters',
  'expected well-formed Unicode text without U+0000',
  'expected a password that is not among the most common ones',
];

describe('a new password', () => {
  test.each([
    ['of 8 characters', 'unlikely'],
    ['of 128 characters', 'ab'.repeat(64)],
    ['of 8 characters that take two units each', '🐈🐕'.repeat(4)],
    ['of 128 characters that take two units each', '🐈🐕'.repeat(64)],
    ['of spaces and a letter', ' \u2003x '.repeat(4)],
    ['of accents that NFKC puts on their letters', 'e\u0301o\u0302'.repeat(32)],
  ])('%s is accepted', (_, password) => {
    expect(passwordFault(password, [])).toBeUndefined();
  });

  test.each([
    ['of 7 characters', 'a'.repeat(7)],
    ['of 129 characters', 'a'.repeat(129)],
    ['of 7 characters that take two units each', '🐈'.repeat(7)],
    ['of four characters that NFKC makes eight', 'ﬁﬂ'.repeat(2)],
    ['of 256 characters that NFKC makes 128', 'e\u0301o\u0302'.repeat(64)],
    ['of 8 characters that NFKC makes four', 'e\u0301'.repeat(4)],
    ['of 65 characters that NFKC makes 130', 'ﬁ'.repeat(65)],
    ['that is empty', ''],
  ])('%s is rejected', (_, password) => {
    expect(passwordFault(password, [])).toBe('expected a password of 8 to 128 characters');
  });

  test.each([
    ['the first half of a surrogate pair', 'password\ud83d'],
    ['the second half of a surrogate pair', '\udc08password'],
    ['the character U+0000', 'pass\0word'],
  ])('with %s is rejected', (_, password) => {
    expect(passwordFault(password, [])).toMatch(/^expected well-formed Unicode text/);
  });

  test.each([
    'password',
    'PassWord',
    '12345678',
    'qwertyuiop',
    'password123',
    'iloveyou',
    'ｐａｓｓｗｏｒｄ',
    'aaaaaaaa',
    '🐈'.repeat(20),
    'abcdefgh',
    '98765432',
  ])('%s is too common', (password) => {
    expect(passwordFault(password, [])).toBe(FAULTS[2]);
  });

  test.each([
    'new_comer',
    'New_Comer1',
    '2026new_comer',
    'new@example.org',
    'new@example.org!',
    'mail-box-7',
    'mail-boxmail-boxmail-box',
  ])('%s is too near to the name and the e-mail', (password) => {
    const names = ['new_comer', 'new@example.org', 'mail-box@example.com'];
    expect(passwordFault(password, names)).toBe(
      'expected 8 characters beside the name and the e-mail',
    );
  });

  test.each([
    ['has eight more characters than the name', 'newcomer-and-sun', ['newcomer']],
    ['has a short name in it', 'planned1', ['ann', 'ann@example.org']],
    ['has the domain of the e-mail in it', 'example.org!', ['ann@example.org']],
  ])('that %s is accepted', (_, password, names) => {
    expect(passwordFault(password, names)).toBeUndefined();
  });

  test('is checked in its normal form alone, and its fault never quotes it', () => {
    fc.assert(
      fc.property(anyText(200), (password) => {
        const fault = passwordFault(password, []);
        const length = Array.from(password.normalize('NFKC')).length;
        const fits = length >= 8 && length <= 128;
        if (fault === undefined) expect(fits && !password.includes('\0')).toBe(true);
        else if (fits) expect(fault).not.toBe(FAULTS[0]);
        expect(passwordFault(normalise(password), [])).toBe(fault);
        if (fault !== undefined) expect(FAULTS).toContain(fault);
      }),
    );
  });

  test('is the same in every Unicode composition', () => {
    fc.assert(
      fc.property(anyText(100), (password) => {
        expect(normalise(password.normalize('NFD'))).toBe(normalise(password));
        expect(normalise(normalise(password))).toBe(normalise(password));
      }),
    );
  });
});
