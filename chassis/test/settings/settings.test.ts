// Settings: limits, defaults, and an error with all faults.
import { commonSettings } from 'chassis/settings/common';
import { describe, expect, test } from '@jest/globals';
import { databaseSettings, noDemoInProduction } from 'chassis/postgres/settings';
import {
  choice,
  flag,
  httpOrigin,
  integer,
  metaOf,
  milliseconds,
  port,
  postgresUrl,
  readSettings,
  SettingsError,
  text,
} from 'chassis/settings/settings';
import { StartupError } from 'chassis/base/startup-error';
import { z } from 'zod';

const parse = (setting: z.ZodType, value: string | undefined): unknown =>
  readSettings(z.object({ IT: setting }), { IT: value }).IT;

describe('a kind of setting', () => {
  test.each([
    [
      'a whole number',
      integer(7, '', { min: 5, max: 9 }),
      ['5', '9'],
      ['4', '10', '5.5', '-5', '5e0', ' 5', 'x'],
    ],
    ['a duration', milliseconds(7, ''), ['1', '86400000'], ['0', '86400001', '1s']],
    ['a duration with the minimum 0', milliseconds(7, '', { min: 0 }), ['0'], ['-1']],
    ['a port', port(7, ''), ['0', '65535'], ['65536', '-1', 'http']],
    ['a word', choice(['a', 'b'], 'a', ''), ['a', 'b'], ['c', 'A', 'a b']],
    ['a flag', flag(false, ''), ['true', 'false'], ['1', 'yes', 'TRUE']],
    ['a text', text('', ''), ['x', 'x'.repeat(1000)], ['x'.repeat(1001)]],
    [
      'an address',
      httpOrigin('http://a', ''),
      ['http://a', 'https://a:1', 'http://[::1]:8081/'],
      [
        'a',
        'a:1',
        'ftp://a',
        'http://a/path',
        'http://a?q',
        'http://a#f',
        'http://',
        'http://u:p@a',
        'http://u@a',
      ],
    ],
    [
      'a PostgreSQL server',
      postgresUrl(''),
      ['postgres://a', 'postgresql://u:p@a:5432/d?sslmode=require'],
      ['mysql://a', 'a', 'http://a'],
    ],
  ])('accepts and rejects the right values: %s', (_, setting, valid, invalid) => {
    for (const value of valid) expect(() => parse(setting, value)).not.toThrow();
    for (const value of invalid) expect(() => parse(setting, value)).toThrow(SettingsError);
  });

  test('has its default for an empty or missing variable', () => {
    expect(parse(integer(7, ''), '')).toBe(7);
    expect(parse(integer(7, ''), undefined)).toBe(7);
    expect(parse(postgresUrl(''), '')).toBeUndefined();
  });

  test('returns values of its type', () => {
    expect(parse(integer(7, ''), '12')).toBe(12);
    expect(parse(flag(false, ''), 'true')).toBe(true);
    expect(parse(httpOrigin('http://a', ''), 'HTTP://Example.com:80/')).toBe('http://example.com');
  });
});

const schema = z.object({ ...commonSettings({ public: 1, admin: 2 }), ...databaseSettings('d') });

test('returns frozen settings', () => {
  expect(Object.isFrozen(readSettings(schema, {}))).toBe(true);
});

test('applies the default that its description names', () => {
  const settings: Record<
    string,
    string | number | boolean | readonly string[] | readonly (readonly string[])[] | undefined
  > = readSettings(schema, {});
  for (const [name, setting] of Object.entries(schema.shape))
    expect(String(settings[name] ?? '')).toBe(metaOf(setting).fallback);
});

const wrong = { PORT: 'x', DEMO_DATA: '1', DATABASE_URL: 'postgress://me:hush@db' };

test('throws one error with a line for each fault, without the values of secrets', () => {
  expect(() => readSettings(schema, wrong)).toThrow(StartupError);
  expect(() => readSettings(schema, wrong)).toThrow(
    'PORT is "x", but should be a whole number from 0 to 65535.\n' +
      'DATABASE_URL is [hidden], but should be an address such as postgres://user:password@host:5432/database.\n' +
      'DEMO_DATA is "1", but should be true or false, and not true when NODE_ENV is production.',
  );
});

test.each(['http://me:hush@a', 'http://me:hu/sh@a', 'me:hush@a:8081'])(
  'rejects an address with a password (%s), and does not quote it',
  (URL) => {
    expect(() => readSettings(z.object({ URL: httpOrigin('http://a', '') }), { URL })).toThrow(
      'URL is [hidden], but should be an address such as http://127.0.0.1:8081.',
    );
  },
);

test('ignores other variables', () => {
  expect(readSettings(schema, { PATH: '/bin', PORT: '5' })).not.toHaveProperty('PATH');
});

test.each([
  ['true', 'production', false],
  ['true', 'development', true],
  ['true', '', true],
  ['false', 'production', true],
])('allows DEMO_DATA=%s with NODE_ENV=%s: %s', (DEMO_DATA, NODE_ENV, allowed) => {
  const read = () => readSettings(schema.refine(...noDemoInProduction), { DEMO_DATA, NODE_ENV });
  if (allowed) expect(read).not.toThrow();
  else expect(read).toThrow('DEMO_DATA is "true"');
});
