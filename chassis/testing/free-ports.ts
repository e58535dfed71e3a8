// Free ports of this machine.
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** Below the ports that systems give to outgoing connections, one of which could take the port before the test does. */
const FIRST = 10_240;
const LAST = 32_767;

/** Finds `count` different ports of 127.0.0.1 that nothing listens on. */
export async function freePorts(count: number): Promise<number[]> {
  const taken = await Promise.all(Array.from({ length: count }, takePort));
  await Promise.all(taken.map(({ server }) => once(server.close(), 'close')));
  return taken.map(({ port }) => port);
}

async function takePort(): Promise<{ server: Server; port: number }> {
  const port = randomInt(FIRST, LAST + 1);
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
    return { server, port };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    return takePort();
  }
}
