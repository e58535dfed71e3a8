// The process: environment, arguments, signals, exit code.
import { runService } from 'chassis/process/process';
import { StartupError } from 'chassis/base/startup-error';
import { logCommand, runLogCommand } from './commands/user-event-log.ts';
import { rotateKeys } from './commands/rotate-keys.ts';
import { start } from './service.ts';

const name = process.argv[2];
const command = logCommand(name);
if (name === 'rotate-keys') await tell(rotateKeys(process.env));
else if (command !== undefined) await tell(runLogCommand(command, process.env));
else await runService(start);

async function tell(done: Promise<string>): Promise<void> {
  try {
    process.stdout.write(`${await done}\n`);
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
