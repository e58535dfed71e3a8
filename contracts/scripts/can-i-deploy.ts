// `npm run can-i-deploy -- SERVICE VERSION [ENVIRONMENT]`: whether a released version works with what is deployed, in both
// directions. The exit code is 0 when it does.
import { readFile } from 'node:fs/promises';
import { documentNames, parseDocument } from '../src/document.ts';
import type { DocumentName } from '../src/document.ts';
import { folders } from './check.ts';
import { readDeployed, versionsIn } from './deployed.ts';
import { expectedIn, releasesOf, type Release } from './releases.ts';
import { unmet } from './unmet.ts';

/** One consumer with one provider. It works when there are no faults. */
export interface Verdict {
  /** Such as `gateway 1.3.0 uses identity 1.2.0`. */
  readonly pair: string;
  readonly faults: readonly string[];
}

/** A service in a version. */
export type Candidate = readonly [service: DocumentName, version: string];

/**
 * Judges a release against each other service that is deployed, as its consumer and as its provider.
 * @throws Error for a version that was not released
 */
export async function verdicts(
  [service, version]: Candidate,
  environment: { readonly [Service in DocumentName]?: string },
  released: string,
): Promise<Verdict[]> {
  const others = documentNames.flatMap((name): Candidate[] => {
    const deployed = environment[name];
    return name === service || deployed === undefined ? [] : [[name, deployed]];
  });
  const pairs = others.flatMap((other) => [
    judged([service, version], other, released),
    judged(other, [service, version], released),
  ]);
  return (await Promise.all(pairs)).filter((verdict) => verdict !== undefined);
}

/** undefined when the consumer uses nothing of the provider. */
async function judged(
  consumer: Candidate,
  provider: Candidate,
  released: string,
): Promise<Verdict | undefined> {
  const expected = (await expectedIn(await find(consumer, released)))[provider[0]];
  if (expected === undefined) return undefined;
  const text = await readFile((await find(provider, released)).path, 'utf8');
  return {
    pair: `${consumer.join(' ')} uses ${provider.join(' ')}`,
    faults: unmet(parseDocument(text), expected),
  };
}

async function find([service, version]: Candidate, released: string): Promise<Release> {
  const release = (await releasesOf(service, released)).find((each) => each.version === version);
  if (release === undefined) throw new Error(`${service} ${version} was not released`);
  return release;
}

if (import.meta.main) {
  const [service, version = '', environment = 'production'] = process.argv.slice(2);
  const deployed = (await readDeployed())[environment];
  const name = documentNames.find((each) => each === service);
  if (name === undefined || deployed === undefined)
    throw new Error(
      `usage: npm run can-i-deploy -- ${documentNames.join('|')} VERSION [ENVIRONMENT]`,
    );
  const all = await verdicts([name, version], versionsIn(deployed), folders.released);
  for (const { pair, faults } of all) {
    console.log(`${faults.length === 0 ? 'yes' : 'NO '}  ${pair}`);
    for (const fault of faults) console.log(`       ${fault}`);
  }
  const works = all.every(({ faults }) => faults.length === 0);
  console.log(`${name} ${version} ${works ? 'can' : 'cannot'} be deployed to ${environment}`);
  process.exitCode = works ? 0 : 1;
}
