// Runs in each test file before its tests. Every test file has its own instance of the log destination, which listens to
// errors of standard output, and all files of a worker share this output: without a clean-up its listeners add up.
import { afterAll } from '@jest/globals';

const before = new Set(process.stdout.listeners('error'));

afterAll(() => {
  for (const listener of process.stdout.listeners('error') as (() => void)[])
    if (!before.has(listener)) process.stdout.off('error', listener);
});
