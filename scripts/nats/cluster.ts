// `npm run nats-cluster`: three NATS servers with JetStream on this machine, as one cluster, until Ctrl-C.
import 'chassis/process/runtime';
import { join, relative } from 'node:path';
import { SettingsError } from 'chassis/settings/settings';
import { freePorts } from 'chassis/testing/free-ports';
import { findNatsServer } from 'chassis/testing/nats-binary';
import { planServers } from './plan.ts';
import { startServer, type Server } from './server.ts';

const STOP_LIMIT_MS = 10_000;

const root = join(import.meta.dirname, '../..');
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const complain = (text: string): void => void process.stderr.write(`${text}\n`);

let phase: 'starting' | 'running' | 'stopping' = 'starting';
const servers: Server[] = [];

async function stopAll(exitCode: number): Promise<void> {
  if (phase === 'stopping') return;
  phase = 'stopping';
  await Promise.all(servers.map((server) => server.stop(STOP_LIMIT_MS)));
  say('All stopped.');
  process.exit(exitCode);
}

/** One ended by itself. A cluster of three goes on with two. */
async function onEnd(server: Server, binary: string): Promise<void> {
  const how = await server.ended;
  if (phase === 'stopping') return;
  const { name } = server.plan;
  if (phase === 'starting') {
    complain(`${name} ended before it served (${how}). Its last words:\n${server.words()}`);
    await stopAll(1);
    return;
  }
  const again = `${binary} -c ${relative(process.cwd(), server.configFile)}`;
  complain(`${name} ended (${how}). To start it again, in a second terminal:\n  ${again}`);
  if (!servers.some(({ alive }) => alive)) await stopAll(1);
}

function summary(): string {
  const all = servers.map(({ plan }) => plan);
  const leaves = all.flatMap(({ leafUrl }) => leafUrl ?? []);
  return [
    '',
    ...servers.map(({ plan, pid }) => `  ${plan.name}  ${plan.url}  pid ${pid}`),
    '',
    `NATS_URL=${all.map(({ url }) => url).join()}`,
    `NATS_REPLICAS=${all.length}`,
    ...(leaves.length > 0 ? [`NATS_LEAF_OF=${leaves.join()}`] : []),
    '',
    'Stop: Ctrl-C',
    '',
  ].join('\n');
}

async function main(): Promise<void> {
  const binary = findNatsServer(process.env['PATH'] ?? '');
  if (binary === undefined) {
    complain('There is no nats-server on this machine. Debian has it: apt-get install nats-server');
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
  say(summary());
}

try {
  await main();
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  complain(error.message);
  process.exitCode = 1;
}
