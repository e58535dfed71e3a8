// The released versions of the documents: released/NAME/VERSION.yaml. What is released is a promise to whoever deployed it.
import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { documentNames, parseDocument } from '../src/document.ts';
import type { Json, JsonObject } from '../src/document.ts';

/** The documents that are released: one OpenAPI document for each service, and the AsyncAPI document of the events. */
export const releasedNames = [...documentNames, 'user-events'] as const;
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

const TEXTS = new Set(['description', 'summary', 'title', 'example', 'examples', 'x-expected']);

/** The value without texts and examples. A property that has such a name is a schema, and stays. */
export function withoutTexts(value: Json, inProperties = false): Json {
  if (Array.isArray(value)) return value.map((item: Json) => withoutTexts(item));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value as JsonObject)
    .filter(([key]) => inProperties || !TEXTS.has(key))
    .map(([key, inner]) => [key, withoutTexts(inner, key === 'properties' && !inProperties)]);
  return Object.fromEntries(entries) as JsonObject;
}

/** Why a document is not released as it is; undefined when its newest release promises the same. */
export async function unreleased(
  name: ReleasedName,
  path: string,
  released: string,
): Promise<string | undefined> {
  const current = await promises(path);
  const newest = (await releasesOf(name, released)).at(-1);
  if (newest === undefined) return 'was never released: run npm run release -w contracts';
  const same = isDeepStrictEqual(current.content, (await promises(newest.path)).content);
  if (current.version === newest.version)
    return same
      ? undefined
      : `has changed since release ${newest.version}: raise info.version, and run npm run release -w contracts`;
  return `version ${current.version} is not released: run npm run release -w contracts`;
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
  await mkdir(join(released, name), { recursive: true });
  await copyFile(path, join(released, name, `${version}.yaml`));
  return true;
}
