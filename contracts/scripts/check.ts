// `npm run check -w contracts`: generated files are current, the documents lint and are released, and every break is marked.
import { join } from 'node:path';
import { documentNames, loadDocument } from '../src/document.ts';
import type { DocumentName } from '../src/document.ts';
import { breaksBetween, judge, readMarks } from './breaking.ts';
import { staleSchemas } from './event-schemas.ts';
import { expectationsOf } from './expected.ts';
import { staleTypes } from './generate.ts';
import { redocly } from './redocly.ts';
import { channelNames, releasedNames, releasesOf, unreleased, versionOf } from './releases.ts';
import type { ChannelName, ReleasedName } from './releases.ts';
import { unmet } from './unmet.ts';

/** The folders and files that the checks read. */
export interface Folders {
  readonly openapi: string;
  readonly asyncapi: string;
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
export const folders: Folders = {
  openapi: join(root, 'openapi'),
  asyncapi: join(root, 'asyncapi'),
  released: join(root, 'released'),
  marks: join(root, 'breaking-changes.yaml'),
};
/** The path of a current document. */
export const documentPath = (name: ReleasedName, { openapi, asyncapi }: Folders): string =>
  join((channelNames as readonly string[]).includes(name) ? asyncapi : openapi, `${name}.yaml`);
/** The AsyncAPI document of the user event log. */
export const channelsPath = documentPath('user-events', folders);

/** Checks that the generated types match the documents. */
export async function checkTypes(): Promise<Finding[]> {
  const stale = await staleTypes();
  return documentNames.map((name) => ({
    name: `${name}: the generated types are current`,
    wrong: stale.includes(name) ? ['run: npm run generate -w contracts'] : [],
  }));
}

/** Checks that the JSON Schemas of the events match their service's document. */
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

/** Checks that the document of an event log is valid AsyncAPI. */
export const checkChannels = (path: string, name: ChannelName = 'user-events'): Promise<Finding> =>
  lint(name, path);

async function lint(name: string, path: string): Promise<Finding> {
  const { passed, stdout, stderr } = await redocly('lint', path);
  return { name: `${name}: lint`, wrong: passed ? [] : [`${stdout}${stderr}`.trim()] };
}

/**
 * Checks that a document is released as it is. What is on the main branch may be deployed, so releasing is part of each
 * change of a contract.
 */
export async function checkRelease(name: ReleasedName, all: Folders): Promise<Finding> {
  const why = await unreleased(name, documentPath(name, all), all.released);
  return { name: `${name}: is released`, wrong: why === undefined ? [] : [why] };
}

/** Checks that the other services, as they are now, do what a service expects of them. */
export async function checkExpectations(consumer: DocumentName): Promise<Finding> {
  const expected = Object.entries(await expectationsOf(consumer));
  const wrong = expected.flatMap(([provider, each]) =>
    unmet(loadDocument(provider as DocumentName), each).map((what) => `${provider}: ${what}`),
  );
  return { name: `${consumer}: the other services meet its expectations`, wrong };
}

/** Checks that every break between a document, or its newest release when they agree, and the release before is marked. */
export async function checkBreaks(name: ReleasedName, all: Folders): Promise<Finding> {
  const judged = async () => {
    const path = documentPath(name, all);
    const releases = await releasesOf(name, all.released);
    const isReleased = (await unreleased(name, path, all.released)) === undefined;
    const base = releases.at(isReleased ? -2 : -1);
    if (base === undefined) return [];
    const version = await versionOf(path);
    const marks = (await readMarks(all.marks)).filter(({ since }) => since === version);
    return judge(name, await breaksBetween(base.path, path), marks);
  };
  return {
    name: `${name}: no unmarked break since the last release`,
    wrong: await judged().catch((error: Error) => [error.message]),
  };
}

async function checkAll(): Promise<Finding[]> {
  return Promise.all([
    checkSchemas(),
    ...documentNames.map((name) => checkLint(name, folders)),
    ...channelNames.map((name) => checkChannels(documentPath(name, folders), name)),
    ...documentNames.map(checkExpectations),
    ...releasedNames.map((name) => checkRelease(name, folders)),
    ...releasedNames.map((name) => checkBreaks(name, folders)),
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
