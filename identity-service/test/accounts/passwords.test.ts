// Passwords: which are accepted, how they are hashed, and that hashing does not block the event loop.
import { describe, expect, test } from '@jest/globals';
import { hash as argon2, parseOptions } from '@node-rs/argon2';
import * as fc from 'fast-check';
import {
  createPasswords,
  normalise,
  DUMMY_HASH,
  passwordFault,
} from '../../src/accounts/passwords.ts';

const FAULTS = [
  'expected a password of 8 to 128 characters',
  'expected well-formed Unicode text without U+0000',
];

describe('a new password', () => {
  test.each([
    ['of 8 characters', 'a'.repeat(8)],
    ['of 128 characters', 'a'.repeat(128)],
    ['of 8 characters that take two units each', '🐈'.repeat(8)],
    ['of 128 characters that take two units each', '🐈'.repeat(128)],
    ['of spaces', ' '.repeat(8)],
    ['of four characters that NFKC makes eight', 'ﬁ'.repeat(4)],
    ['of accents that NFKC puts on their letters', 'e\u0301'.repeat(128)],
  ])('%s is accepted', (_, password) => {
    expect(passwordFault(password)).toBeUndefined();
  });

  test.each([
    ['of 7 characters', 'a'.repeat(7)],
    ['of 129 characters', 'a'.repeat(129)],
    ['of 7 characters that take two units each', '🐈'.repeat(7)],
    ['of 8 characters that NFKC makes four', 'e\u0301'.repeat(4)],
    ['of 65 characters that NFKC makes 130', 'ﬁ'.repeat(65)],
    ['that is empty', ''],
  ])('%s is rejected', (_, password) => {
    expect(passwordFault(password)).toBe('expected a password of 8 to 128 characters');
  });

  test.each([
    ['the first half of a surrogate pair', 'password\ud83d'],
    ['the second half of a surrogate pair', '\udc08password'],
    ['the character U+0000', 'pass\0word'],
  ])('with %s is rejected', (_, password) => {
    expect(passwordFault(password)).toMatch(/^expected well-formed Unicode text/);
  });

  test('is checked in its normal form alone, and its fault never quotes it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (password) => {
        const fault = passwordFault(password);
        const length = Array.from(password.normalize('NFKC')).length;
        const fits = length >= 8 && length <= 128;
        expect(fault === undefined).toBe(fits && !password.includes('\0'));
        expect(passwordFault(normalise(password))).toBe(fault);
        if (fault !== undefined) expect(FAULTS).toContain(fault);
      }),
    );
  });

  test('is the same in every Unicode composition', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (password) => {
        expect(normalise(password.normalize('NFD'))).toBe(normalise(password));
        expect(normalise(normalise(password))).toBe(normalise(password));
      }),
    );
  });
});

describe('hashes', () => {
  const passwords = createPasswords();

  test('are argon2id with 19 MiB, two passes and one lane', async () => {
    expect(await passwords.hash('correct horse')).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  test('match their password in every Unicode composition, and no other password', async () => {
    const hashed = await passwords.hash('Mädchen ﬁt');
    expect(await passwords.verify(hashed, 'Ma\u0308dchen fit')).toBe(true);
    expect(await passwords.verify(hashed, 'Madchen fit')).toBe(false);
  });

  test('for unknown users cost as much work as the hashes of users', async () => {
    const { memoryCost, timeCost, parallelism, outputLen, saltLen } = parseOptions(
      await passwords.hash('correct horse'),
    );
    expect(parseOptions(DUMMY_HASH)).toMatchObject({
      memoryCost,
      timeCost,
      parallelism,
      outputLen,
      saltLen,
    });
    expect(await passwords.verify(DUMMY_HASH, 'correct horse')).toBe(false);
  });

  test.each([
    ['less memory', { memoryCost: 4096 }],
    ['more passes', { timeCost: 3 }],
    ['more lanes', { parallelism: 2 }],
  ])('with %s are outdated', async (_, changed) => {
    const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
    const current = await argon2('correct horse', parameters);
    const differing = await argon2('correct horse', { ...parameters, ...changed });
    expect(passwords.isOutdated(current)).toBe(false);
    expect(passwords.isOutdated(differing)).toBe(true);
  });
});

describe('concurrent hashings', () => {
  test('leave the event loop free: it runs many times before they are done', async () => {
    const passwords = createPasswords();
    let isDone = false;
    let iterations = 0;
    const iterate = (): void => {
      iterations += 1;
      if (!isDone) setImmediate(iterate);
    };
    setImmediate(iterate);
    await Promise.all(Array.from({ length: 12 }, (_, at) => passwords.hash(`password ${at}`)));
    isDone = true;
    // If hashing ran on the event loop, there would be at most one iteration for each password.
    expect(iterations).toBeGreaterThan(100);
  });

  test('wait in a queue up to its limit; the next one is rejected at once with a 503', async () => {
    const passwords = createPasswords({ maxConcurrent: 2, maxQueued: 3 });
    const allowed = Array.from({ length: 5 }, (_, at) => passwords.hash(`password ${at}`));
    await expect(passwords.verify(DUMMY_HASH, 'one too many')).rejects.toMatchObject({
      slug: 'overloaded',
      headers: { 'Retry-After': '1' },
    });
    expect(await Promise.all(allowed)).toHaveLength(5);
    // Their permits are free again.
    const again = Array.from({ length: 5 }, (_, at) => passwords.hash(`password ${at}`));
    expect(await Promise.all(again)).toHaveLength(5);
  });

  test('release their permits also when they fail', async () => {
    const passwords = createPasswords({ maxConcurrent: 1, maxQueued: 1 });
    const failing = passwords.verify('no hash at all', 'password');
    const next = passwords.verify(DUMMY_HASH, 'password');
    await expect(failing).rejects.toThrow();
    expect(await next).toBe(false);
    expect(await passwords.verify(DUMMY_HASH, 'password')).toBe(false);
  });
});
