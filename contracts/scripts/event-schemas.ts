// The JSON Schema of each event, generated from the document of its service: `npm run generate -w contracts` writes events/*.json.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { loadDocument, resolve } from '../src/document.ts';
import type { Json, JsonObject } from '../src/document.ts';
import { eventTypes, type EventType } from '../src/events/decode.ts';
import { socialEventTypes, type SocialEventType } from '../src/events/decode-social.ts';

type AnyType = EventType | SocialEventType;
const allTypes: readonly AnyType[] = [...eventTypes, ...socialEventTypes];
const isSocial = (type: AnyType): boolean => (socialEventTypes as readonly string[]).includes(type);

/** The path of an event's schema file. */
export const schemaPath = (type: AnyType): string =>
  join(
    import.meta.dirname,
    '../events',
    `${type.replaceAll(/(?<=.)(?=[A-Z])/g, '-').toLowerCase()}.json`,
  );

/** Makes the schema of an event from its service's document, with all references resolved. */
export function eventSchema(type: AnyType): JsonObject {
  const document = loadDocument(isSocial(type) ? 'social' : 'identity');
  const resolved = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(resolved);
    if (typeof value !== 'object' || value === null) return value;
    const {
      example,
      'x-expected': _expected,
      ...rest
    } = resolve<JsonObject>(document, value as JsonObject);
    const entries = Object.entries(rest).map(([key, inner]) => [key, resolved(inner)]);
    return Object.fromEntries(
      example === undefined ? entries : [...entries, ['examples', [example]]],
    );
  };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:social-network:event:${type}`,
    title: type,
    ...(resolved({ $ref: `#/components/schemas/${type}` }) as JsonObject),
  };
}

/** The events whose schema file is not up to date. */
export async function staleSchemas(): Promise<AnyType[]> {
  const stale: AnyType[] = [];
  for (const type of allTypes) {
    const current = await readFile(schemaPath(type), 'utf8').catch(() => 'null');
    if (!isDeepStrictEqual(JSON.parse(current), eventSchema(type))) stale.push(type);
  }
  return stale;
}

/** Writes the stale schemas. The other files keep their formatting. */
export async function writeSchemas(): Promise<void> {
  for (const type of await staleSchemas())
    await writeFile(schemaPath(type), `${JSON.stringify(eventSchema(type), null, 2)}\n`);
}
