// Generates code from the documents: `npm run generate -w contracts` writes src/generated/*.ts, the client's types and the
// rules of its forms, and events/*.json.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';
import { documentNames, loadDocument, openapiFolder } from '../src/document.ts';
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

/** The client is a package of its own, so it has its own files: the gateway's types, and the rules of form fields. */
const clientFolder = join(import.meta.dirname, '../../client/src/generated');

/** Makes the source text of the rules for texts in requests, which a form can show and check before it sends. */
export function generateTextRules(): string {
  const rules = Object.entries(loadDocument('gateway').components.schemas).flatMap(
    ([name, { type, minLength, maxLength, pattern, 'x-expected': expected }]) =>
      type === 'string' && maxLength !== undefined && expected !== undefined
        ? [[name, { minLength, maxLength, pattern, expected }]]
        : [],
  );
  return `// Generated from openapi/gateway.yaml by \`npm run generate -w contracts\`; never edited by hand.
/** Lengths are in Unicode code points. A pattern means the same with and without the flag \`u\`. */
export const textRules = ${JSON.stringify(Object.fromEntries(rules), null, 2)} as const;\n`;
}

/** The generated files of a document with their texts. */
async function filesOf(name: DocumentName): Promise<(readonly [path: string, text: string])[]> {
  const types = await generate(name);
  if (name !== 'gateway') return [[generatedPath(name), types]];
  return [
    [generatedPath(name), types],
    [join(clientFolder, 'gateway.ts'), types],
    [join(clientFolder, 'text-rules.ts'), generateTextRules()],
  ];
}

/** The documents whose generated files are not up to date. */
export async function staleTypes(): Promise<DocumentName[]> {
  const stale: DocumentName[] = [];
  for (const name of documentNames) {
    const files = await filesOf(name);
    const current = await Promise.all(
      files.map(([path]) => readFile(path, 'utf8').catch(() => '')),
    );
    if (files.some(([, text], at) => text !== current[at])) stale.push(name);
  }
  return stale;
}

if (import.meta.main) {
  for (const name of documentNames)
    for (const [path, text] of await filesOf(name)) await writeFile(path, text);
  await writeSchemas();
}
