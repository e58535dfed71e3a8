// The last line of .ci/run: every failed or skipped test is counted in it.
import { expect, test } from '@jest/globals';
import {
  count,
  filesWithSkipped,
  totalLine,
  type JestReport,
  type Step,
} from '../scripts/ci/count.ts';

const report = (tests: Record<string, string>, file = 'a.test.ts'): JestReport => ({
  testResults: [
    {
      name: file,
      status: Object.values(tests).includes('failed') ? 'failed' : 'passed',
      assertionResults: Object.entries(tests).map(([fullName, status]) => ({ fullName, status })),
    },
  ],
});
const tests = (results: Record<string, string>, exitCode = 0): Step => ({
  name: 'tests',
  exitCode,
  report: report(results),
});
const total = (...steps: Step[]): string => totalLine(count(steps));

test('counts a check as one, and each test', () => {
  expect(
    total(
      { name: 'types', exitCode: 0 },
      { name: 'lint', exitCode: 1 },
      tests({ a: 'passed', b: 'passed', c: 'failed' }, 1),
    ),
  ).toBe('3 passed, 2 failed, 0 skipped');
});

test('counts a test once, as passed, when it was skipped in one step and ran in another', () => {
  expect(total(tests({ a: 'passed', b: 'pending' }), tests({ a: 'passed', b: 'passed' }))).toBe(
    '2 passed, 0 failed, 0 skipped',
  );
  expect(total(tests({ a: 'passed' }), tests({ a: 'pending' }))).toBe(
    '1 passed, 0 failed, 0 skipped',
  );
});

test('ignores the reason of a skip in the name of a suite', () => {
  const before = tests({ 'on a server (needs TEST_DATABASE_URL) keeps posts': 'pending' });
  expect(total(before, tests({ 'on a server keeps posts': 'passed' }))).toBe(
    '1 passed, 0 failed, 0 skipped',
  );
  expect(total(before)).toBe('0 passed, 0 failed, 1 skipped');
});

test('counts a test that never ran, or is a todo, as skipped', () => {
  expect(count([tests({ a: 'pending' }), tests({ a: 'pending', b: 'todo' })])).toEqual({
    passed: 0,
    failed: [],
    skipped: ['a.test.ts › a', 'a.test.ts › b'],
  });
});

test('counts a test that failed in one step as failed, even if it passed in another', () => {
  expect(total(tests({ a: 'failed' }, 1), tests({ a: 'passed' }))).toBe(
    '0 passed, 1 failed, 0 skipped',
  );
  expect(total(tests({ a: 'passed' }), tests({ a: 'failed' }, 1))).toBe(
    '0 passed, 1 failed, 0 skipped',
  );
});

test('counts tests with the same name, in two files or in one, as different tests', () => {
  const twice: JestReport = {
    testResults: ['a.test.ts', 'b.test.ts'].map((name) => ({
      name,
      status: 'passed',
      assertionResults: [1, 2].map(() => ({ fullName: 'same', status: 'passed' })),
    })),
  };
  expect(total({ name: 'tests', exitCode: 0, report: twice })).toBe(
    '4 passed, 0 failed, 0 skipped',
  );
});

test.each<[string, Step]>([
  ['a crash without a report', { name: 'x', exitCode: 1, report: { testResults: [] } }],
  ['a report without tests', { name: 'x', exitCode: 0, report: { testResults: [] } }],
  ['a script without output', { name: 'x', exitCode: 0, tally: '' }],
  [
    'a file that cannot be loaded',
    {
      name: 'x',
      exitCode: 1,
      report: { testResults: [{ name: 'a.test.ts', status: 'failed', assertionResults: [] }] },
    },
  ],
])('counts %s as a failure', (_, step) => {
  expect(total(step)).toBe('0 passed, 1 failed, 0 skipped');
});

test('counts a failure when the exit code is 1 although all tests passed', () => {
  expect(total(tests({ a: 'passed' }, 1))).toBe('1 passed, 1 failed, 0 skipped');
});

test.each([
  ['7 passed, 0 failed', 0, '7 passed, 0 failed, 0 skipped'],
  ['5 passed, 2 failed', 1, '5 passed, 2 failed, 0 skipped'],
  ['0 passed, 0 failed, 9 skipped', 0, '0 passed, 0 failed, 9 skipped'],
])('takes the total that a script prints: %s', (tally, exitCode, expected) => {
  expect(total({ name: 'images', exitCode, tally })).toBe(expected);
});

test('lists the files with skipped tests', () => {
  const { testResults } = report({ a: 'passed', b: 'pending' }, 'b.test.ts');
  const all = { testResults: [...report({ a: 'passed' }).testResults, ...testResults] };
  expect(filesWithSkipped(all)).toEqual(['b.test.ts']);
});
