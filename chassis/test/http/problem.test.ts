// Problem documents. test/documented-tables.test.ts compares their table in docs/problems.md.
import { expect, test } from '@jest/globals';
import {
  invalid,
  Problem,
  problemDocument,
  problems,
  type ProblemSlug,
} from 'chassis/http/problem';

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
