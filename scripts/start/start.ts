// `npm start`: runs the three processes with demo data until Ctrl-C. `--watch` (`npm run dev`) restarts changed processes.
import 'chassis/process/runtime';
import { join } from 'node:path';
import { CLUSTER } from 'chassis/postgres/settings';
import { SettingsError } from 'chassis/settings/settings';
import { startChild, type Child } from './child.ts';
import { createFromEmpty } from './empty-database.ts';
import { makePlans, type Plan } from './plan.ts';
import { takenPorts } from './ports.ts';
import { untilReady } from './ready.ts';
import { buildWeb, serveSources } from './web-build.ts';

/** A service takes at most 9 s to stop; a service that needs longer is stuck. */
const STOP_LIMIT_MS = 10_000;

const root = join(import.meta.dirname, '../..');
const watch = process.argv.includes('--watch');
const print = (text: string): void => void process.stdout.write(`${text}\n`);
const hasWeb = process.env['WEB'] !== 'off';
const printError = (text: string): void => void process.stderr.write(`${text}\n`);

const children: Child[] = [];
let closeSources = async (): Promise<void> => {};
let phase: 'starting' | 'running' | 'stopping' = 'starting';

async function stopAll(exitCode: number): Promise<void> {
  if (phase === 'stopping') return;
  phase = 'stopping';
  await Promise.all([closeSources(), ...children.map((child) => child.stop(STOP_LIMIT_MS))]);
  print('All stopped.');
  process.exit(exitCode);
}

/** Reports a process that ended by itself. The others keep running, unless one of the three was never ready. */
async function onEnd({ plan, ended }: Child): Promise<void> {
  const how = await ended;
  if (phase === 'stopping') return;
  if (phase === 'starting') {
    printError(`${plan.name} ended before it was ready (${how}).`);
    for (const line of await takenPorts([plan])) printError(line);
    await stopAll(1);
    return;
  }
  printError(
    `${plan.name} ended (${how}). To start it again, in a second terminal:\n  ${plan.command}`,
  );
  if (children.some((child) => child.alive)) printError('The other processes keep running.');
  else await stopAll(1);
}

function table(plans: readonly Plan[]): string {
  const descriptions = {
    gateway: `${hasWeb ? 'the web app, and ' : ''}the API; its documentation is at /api/docs`,
    identity: 'users',
    social: 'posts and friendships',
  };
  const rows = plans.toReversed().flatMap(({ name, url, adminUrl }) => [
    [name, url, descriptions[name]],
    ['', adminUrl, `metrics, health${name === 'gateway' ? ', breakers, admin page' : ''}`],
  ]);
  const width = Math.max(...rows.map(([, url]) => url!.length));
  const lines = rows.map(
    ([name, url, text]) => `  ${name!.padEnd(9)} ${url!.padEnd(width)}  ${text}`,
  );
  const gateway = plans.find(({ name }) => name === 'gateway')!;
  return ['', ...lines, '', `Try:  curl ${gateway.url}/api/posts/5`, 'Stop: Ctrl-C', ''].join('\n');
}

async function main(): Promise<void> {
  const plans = makePlans(process.env, root);
  const taken = await takenPorts(plans);
  if (taken.length > 0) {
    printError(taken.join('\n'));
    process.exitCode = 1;
    return;
  }

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => void stopAll(0));
  if (hasWeb) await buildOrExplain();
  for (const { env } of plans)
    if (env['DATA_DIR']) await createFromEmpty(join(env['DATA_DIR'], CLUSTER));
  for (const plan of plans) {
    const child = startChild(plan, root, watch);
    children.push(child);
    void onEnd(child);
  }
  await untilReady(plans, print);
  if (phase !== 'starting') return;
  phase = 'running';
  print(table(plans));
  if (watch && hasWeb) {
    const { server, url } = await serveSources(
      root,
      plans.find(({ name }) => name === 'gateway')!.url,
    );
    closeSources = () => server.close();
    print(`The web app with hot reload: ${url}`);
  }
}

/** The API works without the web app. */
async function buildOrExplain(): Promise<void> {
  try {
    await buildWeb(root, print);
  } catch (error) {
    printError(
      `The web app could not be built: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  printError(error.message);
  process.exitCode = 1;
}
