// A service that logs 100 lines for each request; at /crash it logs a line and crashes.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLogger } from 'chassis/observability/log';
import { createMetrics } from 'chassis/observability/metrics';
import { runService } from 'chassis/process/process';

const log = createLogger('chatty', 'info');
const metrics = createMetrics();

await runService(async () => {
  const server = createServer((req, res) => {
    if (req.url === '/crash') {
      log.info('the last words');
      setImmediate(() => {
        throw new Error('a crash');
      });
    } else if (req.url === '/metrics') void metrics.text().then((text) => res.end(text));
    else {
      for (let line = 0; line < 100; line += 1) log.info({ filler: 'x'.repeat(1000) }, 'chatter');
      res.end('ok');
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.stderr.write(`${url}\n`);
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
  };
  return { url, adminUrl: '', graceMs: 0, stop };
});
