// Reads the folder with the results of .ci/run: `steps` (exit code, kind, id, name), reports and output.
//   summary.ts FOLDER                    prints failed and skipped tests, and the total as the last line
//   summary.ts FOLDER --skipped STEP     prints the test files with skipped tests in that step, one a line
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { count, filesWithSkipped, totalLine, type JestReport, type Step } from './count.ts';

const [folder, option, wanted] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: summary.ts FOLDER [--skipped STEP]');

function reportOf(id: string): JestReport {
  const file = join(folder!, `${id}.json`);
  // Without a report Jest crashed; the exit code then marks the step as failed.
  return existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as JestReport)
    : { testResults: [] };
}

function stepOf(line: string): Step {
  const [exitCode, kind, id, name] = line.split('\t') as [string, string, string, string];
  const step = { name, exitCode: Number(exitCode) };
  if (kind === 'jest') return { ...step, report: reportOf(id) };
  if (kind !== 'tally') return step;
  const output = readFileSync(join(folder!, `${id}.out`), 'utf8');
  return { ...step, tally: output.trimEnd().split('\n').at(-1)! };
}

const relativeName = (name: string): string => name.replace(`${process.cwd()}/`, '');

if (option === '--skipped') {
  for (const file of filesWithSkipped(reportOf(wanted!)))
    console.log(relative(process.cwd(), file));
} else {
  const lines = readFileSync(join(folder, 'steps'), 'utf8').trimEnd().split('\n');
  const sum = count(lines.map(stepOf));
  for (const name of sum.failed) console.log(`failed:  ${relativeName(name)}`);
  for (const name of sum.skipped) console.log(`skipped: ${relativeName(name)}`);
  console.log(totalLine(sum));
  process.exitCode = sum.failed.length + sum.skipped.length === 0 ? 0 : 1;
}
