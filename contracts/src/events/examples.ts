// For tests: the example events in the folder examples/.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../../examples');

/**
 * The parsed examples by file name without extension. Files named `user-…` follow today's contract, `later-…` follow a
 * possible later contract, and `broken-…` follow none.
 */
export const eventExamples: Readonly<Record<string, unknown>> = Object.fromEntries(
  readdirSync(folder).map((file) => [
    file.replace(/\.json$/, ''),
    JSON.parse(readFileSync(join(folder, file), 'utf8')) as unknown,
  ]),
);
