// A service whose stop never ends.
import { runService } from 'chassis/process/process';

// What a listener would do: keep the process alive.
setInterval(() => undefined, 60_000);
await runService(async () => ({
  url: '',
  adminUrl: '',
  stop: () => new Promise(() => undefined),
}));
console.log('{"msg":"running"}');
