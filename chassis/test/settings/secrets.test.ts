// Secret settings: from a variable or from a file.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { secretToken } from 'chassis/settings/secrets';
import { postgresUrl, readSettings, text } from 'chassis/settings/settings';

const folder = mkdtempSync(join(tmpdir(), 'secrets-'));
afterAll(() => rmSync(folder, { recursive: true }));

const schema = z.object({
  ADMIN_TOKEN: secretToken(''),
  DATABASE_URL: postgresUrl(''),
  NAME: text('nobody', ''),
});
const TOKEN = 'a-token-of-23-characters';
const fileWith = (content: string): string => {
  const file = join(folder, 'secret');
  writeFileSync(file, content);
  return file;
};

test('reads a secret from the file that NAME_FILE names, without the line break at its end', () => {
  const read = (content: string) => readSettings(schema, { ADMIN_TOKEN_FILE: fileWith(content) });
  expect(read(TOKEN).ADMIN_TOKEN).toBe(TOKEN);
  expect(read(`${TOKEN}\n`).ADMIN_TOKEN).toBe(TOKEN);
  expect(read(`${TOKEN}\r\n`).ADMIN_TOKEN).toBe(TOKEN);
  expect(read('').ADMIN_TOKEN).toBeUndefined();
  const url = 'postgres://a:b@c/d';
  expect(readSettings(schema, { DATABASE_URL_FILE: fileWith(url) }).DATABASE_URL).toBe(url);
});

test('reads no file for a setting that is not secret', () => {
  expect(readSettings(schema, { NAME_FILE: fileWith('somebody') }).NAME).toBe('nobody');
});

test('refuses a secret that is set twice, and a file that cannot be read', () => {
  const file = fileWith(TOKEN);
  const twice = { ADMIN_TOKEN: TOKEN, ADMIN_TOKEN_FILE: file };
  expect(() => readSettings(schema, twice)).toThrow(
    'ADMIN_TOKEN and ADMIN_TOKEN_FILE are both set, but only one should be.',
  );
  expect(() => readSettings(schema, { ADMIN_TOKEN_FILE: '/no/such/file' })).toThrow(
    'ADMIN_TOKEN_FILE is "/no/such/file", but that file cannot be read (ENOENT).',
  );
});

test.each(['short', `${'x'.repeat(20)} y`, `${'x'.repeat(20)}\ny`, 'ä'.repeat(20)])(
  'refuses the token %j, and does not print it',
  (token) => {
    expect(() => readSettings(schema, { ADMIN_TOKEN: token })).toThrow(
      /^ADMIN_TOKEN is \[hidden\], but should be at least 16 of the characters/,
    );
  },
);
