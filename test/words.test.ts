// The words of the code: names use the terms of docs/glossary.md, not the words that these replaced.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readSources, root, workspaces } from './support/sources.ts';
import { needlessExceptions, rules, violations, wordsOf } from './support/words.ts';

const GENERATED = /^(contracts|client)\/src\/generated\//;
const folders = [...workspaces, 'test', 'scripts', 'lab'];
const sources = new Map([...readSources(folders)].filter(([path]) => !GENERATED.test(path)));

test('no identifier and no file name has a replaced word', () => {
  expect(violations(sources)).toEqual([]);
});

test('every exception is needed', () => {
  expect(needlessExceptions(sources)).toEqual([]);
});

describe.each(rules)('the rule for $old.0', ({ old, term, reports, allows }) => {
  test(`reports ${reports}, and allows ${allows}`, () => {
    const files = new Map([['a.ts', `first();\nconst ${allows} = ${reports};`]]);
    expect(violations(files)).toEqual([`a.ts:2: ${reports}: instead of ${old[0]}, write ${term}`]);
  });

  test(`has the term "${term}" of docs/glossary.md`, () => {
    expect(glossaryTerms()).toContain(term);
  });
});

test('names are split into words', () => {
  expect(['readURLOf', 'MAX_IN_FLIGHT', 'log_position2', 'memory-log', '$x'].map(wordsOf)).toEqual([
    ['read', 'url', 'of'],
    ['max', 'in', 'flight'],
    ['log', 'position', '2'],
    ['memory', 'log'],
    ['x'],
  ]);
});

test('file names are checked, comments and texts are not', () => {
  const text = "// a copy\nconst a = `copy ${b} copy`;\ncall('copy', /copy/);";
  expect(violations(new Map([['src/author-copy.test.ts', text]]))).toEqual([
    'src/author-copy.test.ts:1: author-copy: instead of copy, write replica',
  ]);
});

test('an exception allows a name only in its files', () => {
  const text = 'const did = 1;';
  expect(violations(new Map([['identity-service/src/a.ts', text]]))).toEqual([]);
  expect(violations(new Map([['social-service/src/a.ts', text]]))).toHaveLength(1);
});

/** Returns the terms in the first columns of the tables. */
function glossaryTerms(): string[] {
  const rows = readFileSync(join(root, 'docs/glossary.md'), 'utf8').matchAll(/^\| ([^|]+?) +\|/gm);
  return [...rows].flatMap(([, terms = '']) => terms.split(/, | \/ /));
}
