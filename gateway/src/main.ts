// Runs the gateway as a process.
import { runService } from 'chassis/process';
import { start } from './gateway.ts';

await runService(start);
