// Adds up the results of .ci/run: tests by their names, checks one each.

/** The fields of `jest --json` that are used here. */
export interface JestReport {
  readonly testResults: readonly {
    /** Path of the test file. */
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/** One step of the run. A step without report and tally is a check, which counts as one. */
export interface Step {
  readonly name: string;
  readonly exitCode: number;
  readonly report?: JestReport;
  /** The last line of a script that prints its own total, such as `3 passed, 0 failed`. */
  readonly tally?: string;
}

export interface Sum {
  readonly passed: number;
  /** Names of the failed tests and checks. */
  readonly failed: readonly string[];
  readonly skipped: readonly string[];
}

type Outcome = 'passed' | 'failed' | 'skipped';

const TALLY = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/;

// The reason in the name of a skipped suite, such as `on a server (needs TEST_DATABASE_URL)`.
const NEED = / \(needs [A-Z_]+\)/g;

/**
 * Adds the steps up. A test that ran in several steps counts once: as failed if it failed in one of them, as skipped if it
 * was skipped in all of them.
 */
export function count(steps: readonly Step[]): Sum {
  const outcomes = new Map<string, Outcome>();
  for (const [name, outcome] of steps.flatMap(outcomesOf)) {
    const before = outcomes.get(name);
    if (before === undefined || before === 'skipped' || outcome === 'failed')
      outcomes.set(name, outcome);
  }
  const namesOf = (wanted: Outcome) =>
    [...outcomes].flatMap(([name, outcome]) => (outcome === wanted ? [name] : []));
  return {
    passed: namesOf('passed').length,
    failed: namesOf('failed'),
    skipped: namesOf('skipped'),
  };
}

function outcomesOf({ name, exitCode, report, tally }: Step): [string, Outcome][] {
  const results = report ? ofReport(report) : ofTally(name, tally);
  const hasFailure = results.some(([, outcome]) => outcome === 'failed');
  if (report === undefined && tally === undefined)
    return [[name, exitCode === 0 ? 'passed' : 'failed']];
  // The step failed, but none of its tests: a crash, an unreadable report, or no test at all.
  if (!hasFailure && (exitCode !== 0 || results.length === 0))
    return [...results, [name, 'failed']];
  return results;
}

function ofReport({ testResults }: JestReport): [string, Outcome][] {
  return testResults.flatMap(({ name: file, status, assertionResults }) => {
    // A file that cannot be loaded has no tests.
    if (assertionResults.length === 0) return status === 'failed' ? [failed(file)] : [];
    const seen = new Map<string, number>();
    return assertionResults.map(({ fullName, status: result }): [string, Outcome] => {
      const bareName = fullName.replace(NEED, '');
      const times = (seen.get(bareName) ?? 0) + 1;
      seen.set(bareName, times);
      const name = `${file} › ${bareName}${times > 1 ? ` (${times})` : ''}`;
      return [name, result === 'passed' || result === 'failed' ? result : 'skipped'];
    });
  });
}

const failed = (name: string): [string, Outcome] => [name, 'failed'];

function ofTally(name: string, tally: string | undefined): [string, Outcome][] {
  const [, ...numbers] = TALLY.exec(tally ?? '') ?? [];
  return (['passed', 'failed', 'skipped'] as const).flatMap((outcome, column) =>
    Array.from({ length: Number(numbers[column] ?? 0) }, (_, index): [string, Outcome] => [
      `${name} ${outcome} ${index + 1}`,
      outcome,
    ]),
  );
}

/** Returns the test files with at least one skipped test. */
export function filesWithSkipped({ testResults }: JestReport): string[] {
  return testResults
    .filter(({ assertionResults }) =>
      assertionResults.some(({ status }) => status !== 'passed' && status !== 'failed'),
    )
    .map(({ name }) => name);
}

/** Returns the last line of the run. */
export const totalLine = (sum: Sum): string =>
  `${sum.passed} passed, ${sum.failed.length} failed, ${sum.skipped.length} skipped`;
