// Problem documents, and their table in docs/problems.md.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import {
  invalid,
  Problem,
  problemDocument,
  problems,
  type ProblemSlug,
} from 'chassis/http/problem';

test('docs/problems.md has exactly the types, statuses and titles of the code', () => {
  const text = readFileSync(join(import.meta.dirname, '../../../docs/problems.md'), 'utf8');
  const rows = text
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter((cells) => cells[1]?.startsWith('`'))
    .map(([, slug, status, title]) => [slug?.replaceAll('`', ''), status, title]);
  const inCode = Object.entries(problems).map(([slug, { status, title }]) => [
    slug,
    `${status}`,
    title,
  ]);
  expect(rows).toEqual(inCode);
});

test.each(Object.keys(problems) as ProblemSlug[])(
  'the problem %s becomes a document of RFC 9457',
  (slug) => {
    expect(problemDocument(new Problem(slug, 'Why.'), '/api/x', 'r-1')).toEqual({
      type: `urn:social-network:problem:${slug}`,
      title: problems[slug].title,
      status: problems[slug].status,
      detail: 'Why.',
      instance: '/api/x',
      requestId: 'r-1',
    });
  },
);

test('an invalid input becomes a 400 with its pointer and detail', () => {
  expect(problemDocument(invalid('/query/limit', 'expected less'), '/a', 'r')).toMatchObject({
    status: 400,
    detail: '/query/limit: expected less',
    errors: [{ pointer: '/query/limit', detail: 'expected less' }],
  });
});

test('the cause of a problem is not in its document', () => {
  const problem = new Problem('internal', 'Sorry.', { cause: new Error('secret place') });
  expect(JSON.stringify(problemDocument(problem, '/a', 'r'))).not.toContain('secret');
});
