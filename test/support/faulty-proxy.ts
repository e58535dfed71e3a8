// An HTTP proxy in front of a service, which can answer late, or with a 500 instead of the service.
import { once } from 'node:events';
import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export interface FaultyProxy {
  readonly url: string;
  /** What it does with each further request; forwards it when both are left out. */
  fault(fault: { readonly delayMs?: number; readonly status?: number }): void;
  close(): void;
}

/** Starts a proxy of the service at `origin`, which need not run yet. */
export async function startFaultyProxy(origin: string): Promise<FaultyProxy> {
  let delayMs = 0;
  let status: number | undefined;
  const server = createServer((req, res) => {
    void (async () => {
      if (delayMs > 0) await pause(delayMs);
      if (status !== undefined) {
        res.writeHead(status).end();
        return;
      }
      const onward = send(origin + req.url, { method: req.method, headers: req.headers });
      onward.on('response', (answer) => {
        res.writeHead(answer.statusCode!, answer.headers);
        answer.on('error', () => res.destroy()).pipe(res);
      });
      onward.on('error', () => res.destroy());
      res.once('close', () => onward.destroy());
      req.pipe(onward);
    })();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fault(next) {
      delayMs = next.delayMs ?? 0;
      status = next.status;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
