// Which ports are taken already, told so that a person knows what to do.
import { createServer } from 'node:net';
import type { Plan } from './plan.ts';

/** Why nothing can listen on host:port now: an error code such as EADDRINUSE; undefined when it can. */
function whyNot(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
}

/** A line for each address of the plans that is not to be had, with the setting that changes it. */
export async function takenPorts(plans: readonly Plan[]): Promise<string[]> {
  const lines = await Promise.all(
    plans
      .flatMap(({ listens }) => listens)
      .map(async ({ setting, host, port }) => {
        const code = await whyNot(host, port);
        if (code === undefined) return [];
        const reason = code === 'EADDRINUSE' ? 'something else listens there' : code;
        const other = port < 50_000 ? port + 10_000 : port - 10_000;
        return `Cannot listen on ${host}:${port}: ${reason}. ${setting} chooses another port: ${setting}=${other} npm start`;
      }),
  );
  return lines.flat();
}
