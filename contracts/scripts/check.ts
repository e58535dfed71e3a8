// `npm run check -w contracts`: generated files are current, the documents lint, and every breaking change is marked.
import { join } from 'node:path';
import { documentNames } from '../src/document.ts';
import type { DocumentName } from '../src/document.ts';
import { breaksBetween, judge, readMarks } from './breaking.ts';
import { staleSchemas } from './event-schemas.ts';
import { staleTypes } from './generate.ts';
import { redocly } from './redocly.ts';

/** The folders and files that the checks read. */
export interface Folders {
  readonly openapi: string;
  readonly released: string;
  /** The file of marks. */
  readonly marks: string;
}

/** The result of one check: its name and its errors. It passed if there are none. */
export interface Finding {
  readonly name: string;
  readonly wrong: readonly string[];
}

const root = join(import.meta.dirname, '..');
/** The AsyncAPI document of the event channels. */
export const channelsPath = join(root, 'asyncapi/user-events.yaml');
export const folders: Folders = {
  openapi: join(root, 'openapi'),
  released: join(root, 'released'),
  marks: join(root, 'breaking-changes.yaml'),
};

/** Checks that the generated types match the documents. */
export async function checkTypes(): Promise<Finding[]> {
  const stale = await staleTypes();
  return documentNames.map((name) => ({
    name: `${name}: the generated types are current`,
    wrong: stale.includes(name) ? ['run: npm run generate -w contracts'] : [],
  }));
}

/** Checks that the JSON Schemas of the events match Identity's document. */
export async function checkSchemas(): Promise<Finding> {
  const stale = await staleSchemas();
  return {
    name: 'events: the schemas are current',
    wrong: stale.map((type) => `${type}: run: npm run generate -w contracts && npm run format`),
  };
}

/** Checks that a document is valid OpenAPI. */
export const checkLint = (name: DocumentName, { openapi }: Folders): Promise<Finding> =>
  lint(name, join(openapi, `${name}.yaml`));

/** Checks that the document of the event channels is valid AsyncAPI. */
export const checkChannels = (path: string): Promise<Finding> => lint('user-events', path);

async function lint(name: string, path: string): Promise<Finding> {
  const { passed, stdout, stderr } = await redocly('lint', path);
  return { name: `${name}: lint`, wrong: passed ? [] : [`${stdout}${stderr}`.trim()] };
}

/** Checks that every breaking change between the released document and the current one is marked. */
export async function checkBreaks(
  name: DocumentName,
  { openapi, released, marks }: Folders,
): Promise<Finding> {
  const judged = async () =>
    judge(
      name,
      await breaksBetween(join(released, `${name}.yaml`), join(openapi, `${name}.yaml`)),
      await readMarks(marks),
    );
  return {
    name: `${name}: no unmarked break since the last release`,
    wrong: await judged().catch((error: Error) => [error.message]),
  };
}

async function checkAll(): Promise<Finding[]> {
  return Promise.all([
    checkSchemas(),
    ...documentNames.map((name) => checkLint(name, folders)),
    checkChannels(channelsPath),
    ...documentNames.map((name) => checkBreaks(name, folders)),
  ]).then(async (findings) => [...(await checkTypes()), ...findings]);
}

if (import.meta.main) {
  const findings = await checkAll();
  for (const { name, wrong } of findings) {
    console.log(`${wrong.length === 0 ? 'ok    ' : 'FAILED'} ${name}`);
    for (const line of wrong) console.log(line.replaceAll(/^/gm, '       '));
  }
  const failed = findings.filter(({ wrong }) => wrong.length > 0).length;
  console.log(`${findings.length - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}
