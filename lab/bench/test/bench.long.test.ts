import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

/** Runs the benchmark, which must succeed. @returns its standard output */
function bench(...args: string[]): string {
  const file = join(import.meta.dirname, '../run.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...args], {
    encoding: 'utf8',
  });
  expect([status, status === 0 ? '' : stderr]).toEqual([0, '']);
  return stdout;
}

test('a quick comparison measures every server with every work, and prints the ratios', () => {
  const stdout = bench('--quick');
  for (const name of [
    'gateway, hot',
    'naive, hot',
    'floor, uniform',
    'gateway without Identity, uniform',
    'gateway, feed warm',
    'gateway, feed cold',
    'naive, feed',
  ])
    expect(stdout).toMatch(new RegExp(`\\| ${name} +\\| +\\d+ \\|`));
  expect(stdout).toMatch(/gateway, uniform : naive, uniform +\| +\d+\.\d\d \|/);
  expect(stdout).toMatch(/gateway, feed cold : naive, feed +\| +\d+\.\d\d \|/);
  expect(stdout).not.toContain('NaN');
});

test('a quick profile prints the functions that take most time, for each work', () => {
  const stdout = bench('--quick', '--profile');
  expect(stdout.match(/\| undici +\| +\d+\.\d %/g)).toHaveLength(3);
  expect(stdout).toMatch(/\| feed cold: function +\|/);
});

test('a quick measurement of memory prints a verdict', () => {
  const stdout = bench('--quick', '--memory');
  expect(stdout).toMatch(/\| verdict after \d+ requests +\| +(flat|growing) \|/);
});

test('a quick measurement of overload prints a row for each load', () => {
  const stdout = bench('--quick', '--overload');
  expect(stdout.match(/\| (0\.7|2)×[^|]*\| +\d+ % \|/g)).toHaveLength(8);
});
