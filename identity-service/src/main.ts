// The process: environment, arguments, signals, exit code.
import { runService } from 'chassis/process';
import { StartError } from 'chassis/start-error';
import { rotateKeys } from './rotate-keys.ts';
import { start } from './service.ts';

if (process.argv[2] === 'rotate-keys') await rotate();
else await runService(start);

async function rotate(): Promise<void> {
  try {
    process.stdout.write(`${await rotateKeys(process.env)}\n`);
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
