// The released versions of the documents, released/NAME/VERSION.yaml, each with what the service expects of others in this
// version, VERSION.expects.json. A release is a promise to whoever has deployed it.
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { documentNames, parseDocument } from '../src/document.ts';
import type { Json, JsonObject } from '../src/document.ts';
import { expectationsOf, type ExpectedOfAll } from './expected.ts';
import { withoutTexts } from './texts.ts';

/** The documents that are released: one OpenAPI document for each service, and an AsyncAPI document for each event log. */
export const channelNames = ['user-events', 'social-events'] as const;
export type ChannelName = (typeof channelNames)[number];
export const releasedNames = [...documentNames, ...channelNames] as const;
export type ReleasedName = (typeof releasedNames)[number];

export interface Release {
  readonly version: string;
  readonly path: string;
}

/** The releases of a document, oldest first; none when the folder is missing. */
export async function releasesOf(name: ReleasedName, released: string): Promise<Release[]> {
  const folder = join(released, name);
  const files = await readdir(folder).catch(() => []);
  return files
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => ({ version: file.replace(/\.yaml$/, ''), path: join(folder, file) }))
    .toSorted((a, b) => a.version.localeCompare(b.version, undefined, { numeric: true }));
}

/** The version of the document at a path. */
export const versionOf = async (path: string): Promise<string> => (await promises(path)).version;

/** What a document says beside texts and examples, which promise nothing. */
async function promises(path: string): Promise<{ version: string; content: Json }> {
  const { info, ...content } = parseDocument(await readFile(path, 'utf8'));
  return { version: info.version, content: withoutTexts(content as unknown as JsonObject) };
}

/** What a service expected of others in a release; nothing when it reads no answers of others. */
export async function expectedIn({ path }: Release): Promise<ExpectedOfAll> {
  const text = await readFile(path.replace(/yaml$/, 'expects.json'), 'utf8').catch(() => '{}');
  return JSON.parse(text) as ExpectedOfAll;
}

/** Why a document is not released as it is; undefined when its newest release promises and expects the same. */
export async function unreleased(
  name: ReleasedName,
  path: string,
  released: string,
): Promise<string | undefined> {
  const current = await promises(path);
  const newest = (await releasesOf(name, released)).at(-1);
  if (newest === undefined) return 'was never released: run npm run release -w contracts';
  if (current.version !== newest.version)
    return `version ${current.version} is not released: run npm run release -w contracts`;
  const isSame =
    isDeepStrictEqual(current.content, (await promises(newest.path)).content) &&
    isDeepStrictEqual(await expectationsOf(name), await expectedIn(newest));
  return isSame
    ? undefined
    : `has changed since release ${newest.version}: raise info.version, and run npm run release -w contracts`;
}

/**
 * Releases a document under its version.
 * @returns whether there was something to release
 * @throws Error when this version, or a newer one, has been released with other promises
 */
export async function release(
  name: ReleasedName,
  path: string,
  released: string,
): Promise<boolean> {
  if ((await unreleased(name, path, released)) === undefined) return false;
  const { version } = await promises(path);
  const newest = (await releasesOf(name, released)).at(-1);
  if (newest && version.localeCompare(newest.version, undefined, { numeric: true }) <= 0)
    throw new Error(`${name}: raise info.version above ${newest.version}, which is released`);
  const target = join(released, name, version);
  await mkdir(join(released, name), { recursive: true });
  await copyFile(path, `${target}.yaml`);
  const expected = await expectationsOf(name);
  if (Object.keys(expected).length > 0)
    await writeFile(`${target}.expects.json`, `${JSON.stringify(expected, null, 2)}\n`);
  return true;
}
