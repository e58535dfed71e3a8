// The commands of a service, apart from serving: `node src/main.ts COMMAND`.
import { StartupError } from '../base/startup-error.ts';
import { runService, type Running } from './process.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * @param print writes a line to the terminal
 * @param args the arguments after the name of the command
 * @returns the exit code
 * @throws StartupError for faults that a person can correct; its message is written to the terminal
 */
export type Command = (
  env: Environment,
  print: (line: string) => void,
  args: readonly string[],
) => Promise<number>;

/** Runs the command that the first argument names; serves without one. An unknown command ends with exit code 1. */
export async function runMain(
  start: (env: Environment) => Promise<Running>,
  commands: Readonly<Record<string, Command>> = {},
): Promise<void> {
  const [name, ...args] = process.argv.slice(2);
  if (name === undefined) return runService(start);
  try {
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (command === undefined) throw new StartupError(`There is no command ${name}.`);
    process.exitCode = await command(
      process.env,
      (line) => process.stdout.write(`${line}\n`),
      args,
    );
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
