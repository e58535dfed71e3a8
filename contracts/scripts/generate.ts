// Generates TypeScript types from the documents: `npm run generate -w contracts` writes src/generated/*.ts, the client's types, and events/*.json.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';
import { documentNames, openapiFolder } from '../src/document.ts';
import type { DocumentName } from '../src/document.ts';
import { writeSchemas } from './event-schemas.ts';

/** The path of a document's generated types. */
export const generatedPath = (name: DocumentName): string =>
  join(import.meta.dirname, `../src/generated/${name}.ts`);

/** Makes the source text of a document's generated types. */
export async function generate(name: DocumentName): Promise<string> {
  const ast = await openapiTS(pathToFileURL(join(openapiFolder, `${name}.yaml`)), {
    alphabetize: false,
    silent: true,
  });
  return `// Generated from openapi/${name}.yaml by \`npm run generate -w contracts\`; never edited by hand.\n${astToString(ast)}`;
}

/** The client is a package of its own, so it has its own file with the gateway's types. */
const clientPath = join(import.meta.dirname, '../../client/src/generated/gateway.ts');

const pathsOf = (name: DocumentName): string[] =>
  name === 'gateway' ? [generatedPath(name), clientPath] : [generatedPath(name)];

/** The documents whose generated types are not up to date. */
export async function staleTypes(): Promise<DocumentName[]> {
  const stale: DocumentName[] = [];
  for (const name of documentNames) {
    const current = await Promise.all(
      pathsOf(name).map((path) => readFile(path, 'utf8').catch(() => '')),
    );
    const text = await generate(name);
    if (current.some((other) => other !== text)) stale.push(name);
  }
  return stale;
}

if (import.meta.main) {
  for (const name of documentNames) {
    const text = await generate(name);
    for (const path of pathsOf(name)) await writeFile(path, text);
  }
  await writeSchemas();
}
