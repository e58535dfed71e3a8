// For tests: events as they may come, from the files in examples/.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../../examples');

/**
 * The examples by their file names without the ending, parsed. Those named `user-…` keep to the contract of today,
 * `later-…` are of a later one, and `broken-…` keep to none.
 */
export const eventExamples: Readonly<Record<string, unknown>> = Object.fromEntries(
  readdirSync(folder).map((file) => [
    file.replace(/\.json$/, ''),
    JSON.parse(readFileSync(join(folder, file), 'utf8')) as unknown,
  ]),
);
