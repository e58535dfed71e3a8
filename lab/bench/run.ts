// npm run bench: compares the gateway with the naive aggregator and with the floor; see docs/benchmarks.md.
//   --quick  a short run, to see that it works    --write   writes the figures to docs/benchmarks.md
//   --profile  where the gateway's time goes      --memory  whether its memory stays flat
//   --tracing  what spans cost                     --overload  what it does with more work than it can carry
//   --connections N  the number of requests in flight; 64 when left out
import 'chassis/process/runtime';
import { readSettings } from 'chassis/settings/settings';
import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { settings } from '../../gateway/src/config.ts';
import { compare } from './compare.ts';
import { memory } from './memory.ts';
import { planFrom, type Plan } from './plan.ts';
import { pinned } from '../process.ts';
import { profile } from './profile.ts';
import { tracing } from './tracing.ts';
import { overload } from './overload.ts';
import { comparisonReport, fill } from './report.ts';

const PAGE = join(import.meta.dirname, '../../docs/benchmarks.md');
const progress = (line: string): void => void process.stderr.write(`${line}\n`);

/** Describes the command and the machine, as far as they matter for the figures. */
const facts = (plan: Plan, command: string): string =>
  `\`${command}\` on ${availableParallelism()} CPUs, ${process.platform} ${process.arch}, ` +
  `Node ${process.versions.node}; ${plan.connections} connections` +
  (plan.part === 'compare' ? `, ${plan.rounds} rounds of ${plan.measureMs / 1000} s` : '') +
  (pinned ? '; the server on a core of its own.' : '; processes not pinned to cores.');

const parts = { compare: compareServers, profile, memory, tracing, overload } as const;

async function compareServers(plan: Plan): Promise<string> {
  const { UPSTREAM_CONNECTIONS } = readSettings(settings, {});
  return comparisonReport(await compare(plan, UPSTREAM_CONNECTIONS, progress));
}

const args = process.argv.slice(2);
const plan = planFrom(args);
const command = ['npm run bench', ...(args.length > 0 ? ['--', ...args] : [])].join(' ');
const report = `${facts(plan, command)}\n\n${await parts[plan.part](plan, progress)}`;
console.log(`\n${report}\n`);
if (plan.write) await writeFile(PAGE, fill(await readFile(PAGE, 'utf8'), plan.part, report));
// Ends although connections of the benchmark may still be kept alive.
process.exit(0);
