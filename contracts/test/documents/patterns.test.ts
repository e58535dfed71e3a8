// A pattern means the same with and without the regular expression flag `u`: many code generators leave the flag out.
import { expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { loadDocument } from '../../src/document.ts';
import { contractFiles, objectsIn } from './contract-files.ts';

/** An emoji (two code units), lone surrogates, NUL, a combining character, a line break, a letter, white space. */
const characters = ['🐈', '\ud83d', '\udc08', '\0', '\u0301', '\n', 'é', '\u00a0'];

/** Escapes of code units or properties, other than ASCII characters, and counted "any character but" classes. */
const unsafe = /[^\x20-\x7e]|\\[upP]|\\x[89a-f]|(?<!\\)(\.|\[\^[^\]]*\]|\\[DSW])[{?]/i;

/** The strings that a pattern matches only with, or only without the flag. `examples` match the pattern. */
function differences(pattern: string, examples: readonly string[]): string[] {
  const [without, withFlag] = [new RegExp(pattern), new RegExp(pattern, 'u')];
  const changed = examples.flatMap((example) =>
    Array.from(example, (_, at) =>
      characters.map((character) => example.slice(0, at) + character + example.slice(at + 1)),
    ).flat(),
  );
  return [
    ...examples,
    ...characters,
    ...characters.map((character) => character + character),
    ...changed,
  ].filter((text) => without.test(text) !== withFlag.test(text));
}

const patterns = contractFiles.flatMap(({ name, document }) =>
  objectsIn(document)
    .filter((schema) => typeof schema.pattern === 'string')
    .map(({ pattern, example }) => ({ name, pattern: pattern as string, example })),
);

test('the patterns of every document are found', () => {
  expect(patterns.length).toBeGreaterThan(60);
  expect(new Set(patterns.map(({ name }) => name)).size).toBe(contractFiles.length);
});

test.each(patterns)('$name: $pattern does not depend on the flag u', ({ pattern, example }) => {
  expect(pattern).not.toMatch(unsafe);
  expect(differences(pattern, typeof example === 'string' ? [example] : [])).toEqual([]);
});

test.each([
  ['^[^\\u0000\\uD800-\\uDFFF]*$', ''],
  ['^[^@]{1,64}@example$', 'cat@example'],
  ['^cat.?$', 'cats'],
  ['^c.t$', 'cat'],
  ['^\\p{L}+$', ''],
  ['^[🐈]$', ''],
])('the check catches the pattern %s', (pattern, example) => {
  expect(unsafe.test(pattern) || differences(pattern, [example]).length > 0).toBe(true);
});

test.each([
  ['social', 'NewPost', { content: '🐈' }],
  ['gateway', 'NewPost', { content: 'Good morning 🌅' }],
  ['gateway', 'Credentials', { username: '🐈', password: '🐈🐈🐈🐈🐈🐈🐈🐈' }],
  ['identity', 'Credentials', { username: 'cat', password: 'pässwörd 🐈' }],
] as const)('a validator without the flag u accepts emoji in %s’s %s', (name, schema, body) => {
  const ajv = new Ajv2020({ strict: false, unicodeRegExp: false, validateFormats: false });
  ajv.addSchema({ ...loadDocument(name), $id: 'document' });
  expect(ajv.validate(`document#/components/schemas/${schema}`, body)).toBe(true);
});
