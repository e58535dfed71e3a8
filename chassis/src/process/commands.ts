// The commands of a service, beside serving: `node src/main.ts WORD`.
import { StartupError } from '../base/startup-error.ts';
import { runService, type Running } from './process.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * @param say writes a line for the person in the terminal
 * @returns the exit code
 * @throws StartupError for what a person has to mend; its message is shown as it is
 */
export type Command = (env: Environment, say: (line: string) => void) => Promise<number>;

/** Runs the command that the arguments name, or serves when they name none. An unknown command ends with exit code 1. */
export async function runMain(
  start: (env: Environment) => Promise<Running>,
  commands: Readonly<Record<string, Command>> = {},
): Promise<void> {
  const [word] = process.argv.slice(2);
  if (word === undefined) return runService(start);
  try {
    const command = Object.hasOwn(commands, word) ? commands[word] : undefined;
    if (command === undefined) throw new StartupError(`There is no command ${word}.`);
    process.exitCode = await command(process.env, (line) => process.stdout.write(`${line}\n`));
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
