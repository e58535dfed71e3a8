// The TypeScript types of the documents: `npm run generate -w contracts` writes src/generated/*.ts, and events/*.json.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';
import { documentNames, openapiFolder } from '../src/document.ts';
import type { DocumentName } from '../src/document.ts';
import { writeSchemas } from './event-schemas.ts';

/** Where the generated types of a document are kept. */
export const generatedPath = (name: DocumentName): string =>
  join(import.meta.dirname, `../src/generated/${name}.ts`);

/** The types of a document as the source text that belongs into its generated file. */
export async function generate(name: DocumentName): Promise<string> {
  const ast = await openapiTS(pathToFileURL(join(openapiFolder, `${name}.yaml`)), {
    alphabetize: false,
    silent: true,
  });
  return `// Generated from openapi/${name}.yaml by \`npm run generate -w contracts\`; never edited by hand.\n${astToString(ast)}`;
}

/** The documents whose generated types are not what the documents say now. */
export async function staleTypes(): Promise<DocumentName[]> {
  const stale: DocumentName[] = [];
  for (const name of documentNames) {
    const kept = await readFile(generatedPath(name), 'utf8').catch(() => '');
    if (kept !== (await generate(name))) stale.push(name);
  }
  return stale;
}

if (import.meta.main) {
  for (const name of documentNames) await writeFile(generatedPath(name), await generate(name));
  await writeSchemas();
}
