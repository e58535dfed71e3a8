// Passwords: how they are hashed, and that hashing does not block the event loop.
import { describe, expect, test } from '@jest/globals';
import { hash as argon2, parseOptions } from '@node-rs/argon2';
import { createPasswords, DUMMY_HASH } from '../../src/accounts/passwords.ts';

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
    const passwords = createPasswords({ maxConcurrent: 3, maxQueued: 100, waitMs: 60_000 });
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
    const passwords = createPasswords({ maxConcurrent: 2, maxQueued: 3, waitMs: 10_000 });
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

  test('that wait too long, or whose client disconnects, are not computed', async () => {
    const passwords = createPasswords({ maxConcurrent: 1, maxQueued: 2, waitMs: 1 });
    const running = passwords.hash('the first');
    const disconnects: (() => void)[] = [];
    const cancelled = passwords.hash('the second', (listener) => {
      disconnects.push(listener);
      return () => undefined;
    });
    for (const disconnect of disconnects) disconnect();
    const late = passwords.hash('the third');
    await expect(cancelled).rejects.toMatchObject({ slug: 'overloaded' });
    await expect(late).rejects.toMatchObject({ slug: 'overloaded' });
    expect(await running).toMatch(/^\$argon2id/);
  });

  test('release their permits also when they fail', async () => {
    const passwords = createPasswords({ maxConcurrent: 1, maxQueued: 1, waitMs: 10_000 });
    const failing = passwords.verify('no hash at all', 'password');
    const next = passwords.verify(DUMMY_HASH, 'password');
    await expect(failing).rejects.toThrow();
    expect(await next).toBe(false);
    expect(await passwords.verify(DUMMY_HASH, 'password')).toBe(false);
  });
});
