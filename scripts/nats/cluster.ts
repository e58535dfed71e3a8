// `npm run nats-cluster`: runs a cluster of three NATS servers with JetStream on this machine until Ctrl-C.
import 'chassis/process/runtime';
import { join, relative } from 'node:path';
import { SettingsError } from 'chassis/settings/settings';
import { freePorts } from 'chassis/testing/free-ports';
import { findNatsServer } from 'chassis/testing/nats-binary';
import { planServers } from './plan.ts';
import { startServer, type Server } from './server.ts';

const STOP_LIMIT_MS = 10_000;

const root = join(import.meta.dirname, '../..');
const print = (text: string): void => void process.stdout.write(`${text}\n`);
const printError = (text: string): void => void process.stderr.write(`${text}\n`);

let phase: 'starting' | 'running' | 'stopping' = 'starting';
const servers: Server[] = [];

async function stopAll(exitCode: number): Promise<void> {
  if (phase === 'stopping') return;
  phase = 'stopping';
  await Promise.all(servers.map((server) => server.stop(STOP_LIMIT_MS)));
  print('All stopped.');
  process.exit(exitCode);
}

/** Reports a server that ended by itself. A cluster of three works with two. */
async function onEnd(server: Server, binary: string): Promise<void> {
  const how = await server.ended;
  if (phase === 'stopping') return;
  const { name } = server.plan;
  if (phase === 'starting') {
    printError(
      `${name} ended before it was healthy (${how}). Its last lines:\n${server.lastLines()}`,
    );
    await stopAll(1);
    return;
  }
  const command = `${binary} -c ${relative(process.cwd(), server.configFile)}`;
  printError(`${name} ended (${how}). To start it again, in a second terminal:\n  ${command}`);
  if (!servers.some(({ alive }) => alive)) await stopAll(1);
}

function summary(): string {
  const plans = servers.map(({ plan }) => plan);
  const leafUrls = plans.flatMap(({ leafUrl }) => leafUrl ?? []);
  return [
    '',
    ...servers.map(({ plan, pid }) => `  ${plan.name}  ${plan.url}  pid ${pid}`),
    '',
    `NATS_URL=${plans.map(({ url }) => url).join()}`,
    `NATS_REPLICAS=${plans.length}`,
    ...(leafUrls.length > 0 ? [`NATS_LEAF_OF=${leafUrls.join()}`] : []),
    '',
    'Stop: Ctrl-C',
    '',
  ].join('\n');
}

async function main(): Promise<void> {
  const binary = findNatsServer(process.env['PATH'] ?? '');
  if (binary === undefined) {
    printError(
      'nats-server is not installed on this machine. On Debian: apt-get install nats-server',
    );
    process.exitCode = 1;
    return;
  }
  const plans = await planServers(process.env, root, freePorts);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => void stopAll(0));
  for (const plan of plans) {
    const server = startServer(binary, plan);
    servers.push(server);
    void onEnd(server, binary);
  }
  await Promise.all(servers.map((server) => server.ready()));
  if (phase !== 'starting' || !servers.every(({ alive }) => alive)) return;
  phase = 'running';
  print(summary());
}

try {
  await main();
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  printError(error.message);
  process.exitCode = 1;
}
