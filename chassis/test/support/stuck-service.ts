// A service whose stop never ends.
import { runService } from 'chassis/process/process';

// Keeps the process alive, as a listener would.
setInterval(() => undefined, 60_000);
await runService(async () => ({
  url: '',
  adminUrl: '',
  graceMs: 0,
  stop: () => new Promise(() => undefined),
}));
console.log('{"msg":"running"}');
