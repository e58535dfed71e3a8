// The texts of the documents, which the documentation page renders as Markdown.
import { expect, test } from '@jest/globals';
import { contractFiles, objectsIn } from './contract-files.ts';

/** The start of a list, a heading, a quotation, a table or a code block, at the start of a line. */
const marker = /^(\d+[.)](\s|$)|[-*+](\s|$)|#|>|\||```|~~~|===|---|\s{4}|\t)/;

const texts = (document: unknown): string[] =>
  objectsIn(document).flatMap(({ title, summary, description, 'x-expected': expected }) =>
    [title, summary, description, expected].filter((text) => typeof text === 'string'),
  );

test.each(contractFiles)('no line of a text in $name becomes a list or a heading', (file) => {
  const lines = texts(file.document).join('\n').split('\n');
  expect(lines.length).toBeGreaterThan(5);
  expect(lines.filter((line) => marker.test(line))).toEqual([]);
});

test.each(contractFiles)('no line of $name starts with a number and a dot', ({ text }) => {
  expect(text.split('\n').filter((line) => /^\s*\d+[.)](\s|$)/.test(line))).toEqual([]);
});

test.each(['403. Other clients', '1) first', '- an item', '# A heading', '> quoted', '    code'])(
  'the check catches the line %j',
  (line) => {
    expect(line).toMatch(marker);
  },
);

test.each(contractFiles)('$name contains no control character except line breaks', ({ text }) => {
  expect(text).not.toMatch(/[^\P{Cc}\n]/u);
});

test.each(contractFiles)('$name names no licence', ({ document }) => {
  expect(objectsIn(document).filter((object) => 'license' in object)).toEqual([]);
});
