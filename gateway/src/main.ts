// Starts the gateway process.
import { runMain } from 'chassis/process/commands';
import { start } from './service.ts';

await runMain(start);
