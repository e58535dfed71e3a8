// `npm test` runs the fast tests; `npm run test:long` runs the tests named *.long.test.ts: chaos, soak, races.
// Further arguments are passed on to jest: npm test -- gateway/test/reads/aggregate.test.ts
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
    // Two workers on two cores: threads of the garbage collector would only wait for each other.
    '--single-threaded-gc',
    '--disable-warning=ExperimentalWarning',
    jest,
    `--testRegex=${pattern}`,
    // An option must follow, since --testRegex takes every plain argument after it as another pattern.
    `--config=${join(import.meta.dirname, '../../jest.config.js')}`,
    ...(long ? ['--runInBand', '--testTimeout=300000'] : []),
    ...args,
  ],
  {
    stdio: 'inherit',
    // Processes that tests start share compiled modules.
    env: {
      NODE_COMPILE_CACHE: join(import.meta.dirname, '../../node_modules/.cache/compiled'),
      ...process.env,
    },
  },
);
process.exitCode = status ?? 1;
