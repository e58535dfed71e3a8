// Entry point: starts the service, or runs a command.
import { runMain } from 'chassis/process/commands';
import { commands } from './commands/commands.ts';
import { start } from './service.ts';

await runMain(start, commands);
