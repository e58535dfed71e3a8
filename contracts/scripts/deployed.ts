// The record of what runs where, deployed.json. `npm run deployed -- SERVICE VERSION [ENVIRONMENT [COMMIT]]` writes it after a
// deployment; without COMMIT it records the commit that is checked out.
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { documentNames, type DocumentName } from '../src/document.ts';
import { folders } from './check.ts';
import { releasesOf } from './releases.ts';

/** A version that runs, and the git commit that it was built from. */
export interface Deployment {
  readonly version: string;
  readonly commit: string;
}

/** What runs in one environment. */
export type Deployments = { readonly [Service in DocumentName]?: Deployment };

const path = join(import.meta.dirname, '../deployed.json');

/** Returns what runs in each environment. */
export const readDeployed = async (): Promise<Readonly<Record<string, Deployments>>> =>
  JSON.parse(await readFile(path, 'utf8')) as Record<string, Deployments>;

/** Returns the versions alone, by service. */
export const versionsIn = (
  environment: Deployments,
): { readonly [Service in DocumentName]?: string } =>
  Object.fromEntries(Object.entries(environment).map(([name, { version }]) => [name, version]));

if (import.meta.main) {
  const [service, version = '', environment = 'production', revision = 'HEAD'] =
    process.argv.slice(2);
  const name = documentNames.find((each) => each === service);
  const known = name === undefined ? [] : await releasesOf(name, folders.released);
  if (name === undefined || !known.some((release) => release.version === version))
    throw new Error(
      'usage: npm run deployed -- SERVICE VERSION [ENVIRONMENT [COMMIT]], with a released version',
    );
  const commit = execFileSync('git', ['rev-parse', '--verify', `${revision}^{commit}`], {
    encoding: 'utf8',
  }).trim();
  const deployed = await readDeployed();
  const changed = {
    ...deployed,
    [environment]: { ...deployed[environment], [name]: { version, commit } },
  };
  await writeFile(path, `${JSON.stringify(changed, null, 2)}\n`);
  console.log(`${name} ${version} of ${commit.slice(0, 7)} runs in ${environment}`);
}
