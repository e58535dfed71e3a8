// Adding up what a run of .ci/run found: tests by their names, checks one each.

/** What `jest --json` writes, as far as it is read here. */
export interface JestReport {
  readonly testResults: readonly {
    /** The test file. */
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/** One step of the run. With neither report nor tally it is a check, which counts as one. */
export interface Step {
  readonly name: string;
  readonly exitCode: number;
  readonly report?: JestReport;
  /** The last line of a script that counts for itself: `3 passed, 0 failed`. */
  readonly tally?: string;
}

export interface Sum {
  readonly passed: number;
  /** Names, so that a person need not search for them. */
  readonly failed: readonly string[];
  readonly skipped: readonly string[];
}

type Outcome = 'passed' | 'failed' | 'skipped';

const TALLY = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/;

// Where something is missing, a skipped suite says so in its name: `on a server (needs TEST_DATABASE_URL)`.
const NEED = / \(needs [A-Z_]+\)/g;

/** Adds the steps up. A test that ran in several steps counts once: failed if ever, skipped only if always. */
export function count(steps: readonly Step[]): Sum {
  const outcomes = new Map<string, Outcome>();
  for (const [name, outcome] of steps.flatMap(outcomesOf)) {
    const before = outcomes.get(name);
    if (before === undefined || before === 'skipped' || outcome === 'failed')
      outcomes.set(name, outcome);
  }
  const named = (wanted: Outcome) =>
    [...outcomes].flatMap(([name, outcome]) => (outcome === wanted ? [name] : []));
  return { passed: named('passed').length, failed: named('failed'), skipped: named('skipped') };
}

function outcomesOf({ name, exitCode, report, tally }: Step): [string, Outcome][] {
  const found = report ? ofReport(report) : ofTally(name, tally);
  const told = found.some(([, outcome]) => outcome === 'failed');
  if (report === undefined && tally === undefined)
    return [[name, exitCode === 0 ? 'passed' : 'failed']];
  // A step that fails without a test that failed: a crash, a report that makes no sense, no test found.
  if (!told && (exitCode !== 0 || found.length === 0)) return [...found, [name, 'failed']];
  return found;
}

function ofReport({ testResults }: JestReport): [string, Outcome][] {
  return testResults.flatMap(({ name: file, status, assertionResults }) => {
    // A file that could not even be loaded has no tests.
    if (assertionResults.length === 0) return status === 'failed' ? [failed(file)] : [];
    const seen = new Map<string, number>();
    return assertionResults.map(({ fullName, status: result }): [string, Outcome] => {
      const own = fullName.replace(NEED, '');
      const times = (seen.get(own) ?? 0) + 1;
      seen.set(own, times);
      const name = `${file} › ${own}${times > 1 ? ` (${times})` : ''}`;
      return [name, result === 'passed' || result === 'failed' ? result : 'skipped'];
    });
  });
}

const failed = (name: string): [string, Outcome] => [name, 'failed'];

function ofTally(name: string, tally: string | undefined): [string, Outcome][] {
  const [, ...numbers] = TALLY.exec(tally ?? '') ?? [];
  return (['passed', 'failed', 'skipped'] as const).flatMap((outcome, at) =>
    Array.from({ length: Number(numbers[at] ?? 0) }, (_, index): [string, Outcome] => [
      `${name} ${outcome} ${index + 1}`,
      outcome,
    ]),
  );
}

/** The test files in which at least one test was skipped. */
export function filesWithSkipped({ testResults }: JestReport): string[] {
  return testResults
    .filter(({ assertionResults }) =>
      assertionResults.some(({ status }) => status !== 'passed' && status !== 'failed'),
    )
    .map(({ name }) => name);
}

/** The line that ends the run. */
export const totalLine = ({ passed, failed: wrong, skipped }: Sum): string =>
  `${passed} passed, ${wrong.length} failed, ${skipped.length} skipped`;
