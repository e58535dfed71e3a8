// How private signing keys are stored.
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { readSettings } from 'chassis/settings/settings';
import { settings } from '../../src/config.ts';
import { sealedKeys } from '../../src/sessions/sealed-keys.ts';

const key = { kty: 'OKP', crv: 'Ed25519', x: 'public-part', d: 'private-part' };
const [mine, older, foreign] = [randomBytes(32), randomBytes(32), randomBytes(32)];

describe('a stored signing key', () => {
  test('is plain JSON without a secret, as earlier releases stored it', async () => {
    const sealed = sealedKeys(['none']);
    expect(await sealed.seal(key)).toBe(JSON.stringify(key));
    expect(await sealed.open(JSON.stringify(key))).toEqual(key);
  });

  test('shows nothing of the key when it is encrypted, and differs each time', async () => {
    const sealed = sealedKeys([mine]);
    const [first, second] = [await sealed.seal(key), await sealed.seal(key)];
    for (const part of first.split('.'))
      expect(Buffer.from(part, 'base64url').toString('latin1')).not.toMatch(/part/);
    expect(first).not.toBe(second);
    expect(await sealed.open(first)).toEqual(key);
  });

  test('is read with any of the secrets, and needs the form of the first one', async () => {
    const stored = await sealedKeys([older]).seal(key);
    const sealed = sealedKeys([mine, older]);
    expect(await sealed.open(stored)).toEqual(key);
    expect([sealed.isCurrent(stored), sealed.isCurrent(JSON.stringify(key))]).toEqual([
      false,
      false,
    ]);
    expect(sealed.isCurrent(await sealed.seal(key))).toBe(true);
    const plainAgain = sealedKeys(['none', older]);
    expect(await plainAgain.open(stored)).toEqual(key);
    expect(plainAgain.isCurrent(stored)).toBe(false);
  });

  test.each([
    ['another secret', sealedKeys([foreign])],
    ['no secret', sealedKeys(['none'])],
  ])('cannot be read with %s, and the error does not quote it', async (_, sealed) => {
    const stored = await sealedKeys([mine]).seal(key);
    await expect(sealed.open(stored)).rejects.toThrow(
      'SIGNING_KEY_SECRET lacks the key that a stored signing key was encrypted with',
    );
  });

  test('cannot be changed', async () => {
    const sealed = sealedKeys([mine]);
    const [header, , iv, , tag] = (await sealed.seal(key)).split('.');
    const forged = [header, '', iv, Buffer.from('{"kty":"OKP"}').toString('base64url'), tag];
    await expect(sealed.open(forged.join('.'))).rejects.toThrow('decryption operation failed');
  });
});

const read = (env: Record<string, string>) => readSettings(settings, env).SIGNING_KEY_SECRET;

describe('SIGNING_KEY_SECRET', () => {
  const secret = mine.toString('base64url');

  test('is a list of secrets of 32 bytes, or none', () => {
    expect(read({ SIGNING_KEY_SECRET: `${secret},none` })).toEqual([mine, 'none']);
    expect(read({ SIGNING_KEY_SECRET: 'none', NODE_ENV: 'production' })).toEqual(['none']);
    expect(read({})).toBeUndefined();
    for (const wrong of ['short', `${secret}x`, `${secret},`, 'none,,none'])
      expect(() => read({ SIGNING_KEY_SECRET: wrong })).toThrow('SIGNING_KEY_SECRET is [hidden]');
  });

  test('must be set in production', () => {
    expect(() => read({ NODE_ENV: 'production' })).toThrow(
      'SIGNING_KEY_SECRET is not set, but should be 32 bytes in base64url, or none; with a value when NODE_ENV is production.',
    );
    expect(read({ NODE_ENV: 'production', SIGNING_KEY_SECRET: secret })).toEqual([mine]);
  });
});
