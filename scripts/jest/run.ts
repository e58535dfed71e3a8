// `npm test` runs what is quick; `npm test:long` runs the tests named *.long.test.ts: chaos, soak, races.
// Further arguments go to jest as they are: npm test -- gateway/test/reads/aggregate.test.ts
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const args = process.argv.slice(2);
const long = args[0] === '--long';
if (long) args.shift();

const jest = join(import.meta.dirname, '../../node_modules/jest/bin/jest.js');
const pattern = long ? String.raw`\.long\.test\.ts$` : String.raw`(?<!\.long)\.test\.ts$`;
const { status } = spawnSync(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    jest,
    `--testRegex=${pattern}`,
    // An option must follow: --testRegex takes every plain argument after it for one more pattern.
    `--config=${join(import.meta.dirname, '../../jest.config.js')}`,
    ...(long ? ['--runInBand', '--testTimeout=300000'] : []),
    ...args,
  ],
  {
    stdio: 'inherit',
    // Processes that tests start load their modules as compiled by the first of them.
    env: {
      NODE_COMPILE_CACHE: join(import.meta.dirname, '../../node_modules/.cache/compiled'),
      ...process.env,
    },
  },
);
process.exitCode = status ?? 1;
