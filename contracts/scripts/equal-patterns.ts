// The patterns of equal-patterns.yaml.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseYaml } from '../src/yaml.ts';

const path = join(import.meta.dirname, '../equal-patterns.yaml');
const groups = parseYaml(readFileSync(path, 'utf8')) as { readonly patterns: readonly string[] }[];

/** Whether two patterns are known to accept the same values. */
export const isSamePattern = (one: string, other: string | undefined): boolean =>
  one === other ||
  groups.some(({ patterns }) => patterns.includes(one) && patterns.includes(other ?? ''));
