// The process: environment, arguments, signals, exit code.
import { runService } from 'chassis/process/process';
import { StartupError } from 'chassis/base/startup-error';
import { type Command, commands } from './commands.ts';
import { start } from './service.ts';

const word = process.argv[2];
if (word === undefined) await runService(start);
else await obey(Object.hasOwn(commands, word) ? commands[word] : undefined, word);

async function obey(command: Command | undefined, name: string): Promise<void> {
  try {
    if (command === undefined) throw new StartupError(`There is no command ${name}.`);
    process.exitCode = await command(process.env, (line) => process.stdout.write(`${line}\n`));
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
