// Finds ports that are already in use, with a message that says what to do.
import { createServer } from 'node:net';
import type { Plan } from './plan.ts';

/** Tries to listen on host:port. @returns an error code such as EADDRINUSE; undefined on success */
function listenError(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
}

/** Returns a line for each address that cannot be used, with the setting that changes it. */
export async function takenPorts(plans: readonly Plan[]): Promise<string[]> {
  const lines = await Promise.all(
    plans
      .flatMap(({ listens }) => listens)
      .map(async ({ setting, host, port }) => {
        const code = await listenError(host, port);
        if (code === undefined) return [];
        const reason = code === 'EADDRINUSE' ? 'something else listens there' : code;
        const otherPort = port < 50_000 ? port + 10_000 : port - 10_000;
        return `Cannot listen on ${host}:${port}: ${reason}. Choose another port with ${setting}: ${setting}=${otherPort} npm start`;
      }),
  );
  return lines.flat();
}
