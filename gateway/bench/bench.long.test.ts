import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const bench = (...args: string[]) =>
  spawnSync(process.execPath, [join(import.meta.dirname, 'run.ts'), ...args], { encoding: 'utf8' });

test('a quick comparison measures every server at every work and tells the ratios', () => {
  const { status, stdout, stderr } = bench('--quick');
  expect([status, status === 0 ? '' : stderr]).toEqual([0, '']);
  for (const lane of [
    'gateway, hot',
    'naive, hot',
    'floor, uniform',
    'gateway without Identity, uniform',
  ])
    expect(stdout).toMatch(new RegExp(`\\| ${lane} +\\| +\\d+ \\|`));
  expect(stdout).toMatch(/gateway, uniform : naive, uniform +\| +\d+\.\d\d \|/);
  expect(stdout).not.toContain('NaN');
});

test('a quick profile names the functions that take the time', () => {
  const { status, stdout } = bench('--quick', '--profile');
  expect(status).toBe(0);
  expect(stdout).toMatch(/\| undici +\| +\d+\.\d %/);
});

test('a quick look at memory comes to a verdict', () => {
  const { status, stdout } = bench('--quick', '--memory');
  expect(status).toBe(0);
  expect(stdout).toMatch(/\| verdict after \d+ requests +\| +(flat|it grows) \|/);
});
