// Prints as many free ports of 127.0.0.1 as its argument says, one a line.
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

const servers = Array.from({ length: Number(process.argv[2] ?? 1) }, () =>
  createServer().listen(0, '127.0.0.1'),
);
await Promise.all(servers.map((server) => once(server, 'listening')));
for (const server of servers) {
  console.log((server.address() as AddressInfo).port);
  server.close();
}
