// npm run compare: compares the strategies for authors' names in the same scenarios, with real processes; see
// docs/choosing.md.
//   --quick  a short run, to see that it works     --write   writes the figures and plots to docs
import 'chassis/process/runtime';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fill } from '../bench/report.ts';
import { planFrom } from './plan.ts';
import { plots } from './plots.ts';
import { stopAll } from '../process.ts';
import { report } from './report.ts';
import { runScenarios } from './scenarios.ts';
import { startSystem } from './system.ts';

const docs = join(import.meta.dirname, '../../docs');
const page = join(docs, 'choosing.md');
const startedAt = performance.now();
const progress = (line: string): void => {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0).padStart(3);
  process.stderr.write(`${seconds} s  ${line}\n`);
};

const args = process.argv.slice(2);
const plan = planFrom(args);
const data = mkdtempSync(join(tmpdir(), 'compare-'));
// The other processes end with this process.
process.once('exit', () => rmSync(data, { recursive: true, force: true, maxRetries: 5 }));
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void stopAll().then(() => process.exit(1)));

progress('starting the system');
const results = await runScenarios(plan, await startSystem(data), progress);
await stopAll();
progress('done');

const command = ['npm run compare', ...(args.length > 0 ? ['--', ...args] : [])].join(' ');
const facts =
  `\`${command}\` on ${availableParallelism()} CPUs, ${process.platform} ${process.arch}, ` +
  `Node ${process.versions.node}; ${plan.users} users with ${plan.postsEach} posts each.`;
const text = `${facts}\n\n${report(results)}`;
console.log(`\n${text}\n`);
if (plan.write) {
  await writeFile(page, fill(await readFile(page, 'utf8'), 'choosing', text));
  for (const [name, svg] of Object.entries(plots(results)))
    await writeFile(join(docs, 'choosing', name), svg);
}
process.exit(0);
