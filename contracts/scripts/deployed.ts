// `npm run deployed -- SERVICE VERSION [ENVIRONMENT]`: records what runs where, after a deployment.
import { readFile, writeFile } from 'node:fs/promises';
import { documentNames } from '../src/document.ts';
import { deployedPath, type Deployed } from './can-i-deploy.ts';
import { folders } from './check.ts';
import { releasesOf } from './releases.ts';

const [service, version, environment = 'production'] = process.argv.slice(2);
const name = documentNames.find((each) => each === service);
const known = name === undefined ? [] : await releasesOf(name, folders.released);
if (name === undefined || !known.some((release) => release.version === version))
  throw new Error(
    'usage: npm run deployed -- SERVICE VERSION [ENVIRONMENT], with a released version',
  );
const deployed = JSON.parse(await readFile(deployedPath, 'utf8')) as Deployed;
const changed = { ...deployed, [environment]: { ...deployed[environment], [name]: version } };
await writeFile(deployedPath, `${JSON.stringify(changed, null, 2)}\n`);
console.log(`${name} ${version} runs in ${environment}`);
