// Runs the gateway as a process.
import { runService } from 'chassis/process/process';
import { start } from './service.ts';

await runService(start);
