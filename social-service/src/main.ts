// The process: environment, signals, exit code.
import { runService } from 'chassis/process';
import { start } from './service.ts';

await runService(start);
