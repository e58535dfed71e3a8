// `npm start`: the three processes together, with demo data, until Ctrl-C. `--watch` (`npm run dev`) restarts what changes.
import 'chassis/process/runtime';
import { join } from 'node:path';
import { SettingsError } from 'chassis/settings/settings';
import { startChild, type Child } from './child.ts';
import { makePlans, type Plan } from './plan.ts';
import { takenPorts } from './ports.ts';
import { untilReady } from './ready.ts';

/** A service takes at most 8 s for requests in flight; what takes longer is stuck. */
const STOP_LIMIT_MS = 10_000;

const root = join(import.meta.dirname, '../..');
const watch = process.argv.includes('--watch');
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const complain = (text: string): void => void process.stderr.write(`${text}\n`);

const children: Child[] = [];
let phase: 'starting' | 'running' | 'stopping' = 'starting';

async function stopAll(exitCode: number): Promise<void> {
  if (phase === 'stopping') return;
  phase = 'stopping';
  await Promise.all(children.map((child) => child.stop(STOP_LIMIT_MS)));
  say('All stopped.');
  process.exit(exitCode);
}

/** One process ended by itself. The others go on, unless the three were never up together. */
async function onEnd({ plan, ended }: Child): Promise<void> {
  const how = await ended;
  if (phase === 'stopping') return;
  if (phase === 'starting') {
    complain(`${plan.name} ended before it was ready (${how}).`);
    for (const line of await takenPorts([plan])) complain(line);
    await stopAll(1);
    return;
  }
  complain(
    `${plan.name} ended (${how}). To start it again, in a second terminal:\n  ${plan.alone}`,
  );
  if (children.some((child) => child.alive)) complain('The others go on.');
  else await stopAll(1);
}

function table(plans: readonly Plan[]): string {
  const about = {
    gateway: 'the API; its documentation is at /api/docs',
    identity: 'users',
    social: 'posts and friendships',
  };
  const rows = plans.toReversed().flatMap(({ name, url, adminUrl }) => [
    [name, url, about[name]],
    ['', adminUrl, `metrics, health${name === 'gateway' ? ', breakers, a page for people' : ''}`],
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
    complain(taken.join('\n'));
    process.exitCode = 1;
    return;
  }

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => void stopAll(0));
  for (const plan of plans) {
    const child = startChild(plan, root, watch);
    children.push(child);
    void onEnd(child);
  }
  await untilReady(plans, say);
  if (phase !== 'starting') return;
  phase = 'running';
  say(table(plans));
}

try {
  await main();
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  complain(error.message);
  process.exitCode = 1;
}
