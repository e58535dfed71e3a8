// The tables of failures and of problems in docs/ equal the tables in the code.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { problems } from 'chassis/http/problem';
import { failureKinds, type FailureKind } from '../gateway/src/upstream/engine/failure.ts';
import { root } from './support/sources.ts';

/** Returns the cells of all rows whose first cell is a name in backticks, without the backticks. */
const rowsOf = (page: string): string[][] =>
  readFileSync(join(root, 'docs', page), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('`', '')),
    );

test('docs/problems.md has the types, statuses and titles of the code, in its order', () => {
  expect(rowsOf('problems.md').map((cells) => cells.slice(0, 3))).toEqual(
    Object.entries(problems).map(([slug, { status, title }]) => [slug, String(status), title]),
  );
});

describe('docs/failures.md', () => {
  const kinds = Object.keys(failureKinds) as FailureKind[];
  const rows = rowsOf('failures.md');

  test('has the kinds of the code, each once, in its order', () => {
    expect(rows.map(([kind]) => kind)).toEqual(kinds);
  });

  test.each(kinds)('describes the failure %s as it is in the code', (kind) => {
    const { slug, proxyError, trips, retry } = failureKinds[kind];
    const withoutError = kind === 'left' ? 'nothing' : 'received-status';
    const [, meaning, ...cells] = rows.find(([name]) => name === kind)!;
    expect(meaning).toMatch(/\w/);
    expect(cells).toEqual([
      `${problems[slug].status} ${slug}`,
      proxyError === null ? withoutError : `error=${proxyError}`,
      trips ? 'counts' : 'ignores',
      retry ? 'once' : 'no',
    ]);
  });
});
