// The JSON Schemas of the events, one file each, made of Identity's document: `npm run generate -w contracts` writes events/*.json.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { loadDocument, resolve } from '../src/document.ts';
import type { Json, JsonObject } from '../src/document.ts';
import { eventTypes } from '../src/events/decode.ts';
import type { EventType } from '../src/events/decode.ts';

/** Where the schema of an event is kept. */
export const schemaPath = (type: EventType): string =>
  join(
    import.meta.dirname,
    '../events',
    `${type.replaceAll(/(?<=.)(?=[A-Z])/g, '-').toLowerCase()}.json`,
  );

/** The schema of an event by itself: what Identity's document refers to stands in it. */
export function eventSchema(type: EventType): JsonObject {
  const document = loadDocument('identity');
  const whole = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(whole);
    if (typeof value !== 'object' || value === null) return value;
    const {
      example,
      'x-expected': _words,
      ...rest
    } = resolve<JsonObject>(document, value as JsonObject);
    const entries = Object.entries(rest).map(([key, inner]) => [key, whole(inner)]);
    return Object.fromEntries(
      example === undefined ? entries : [...entries, ['examples', [example]]],
    );
  };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:social-network:event:${type}`,
    title: type,
    ...(whole({ $ref: `#/components/schemas/${type}` }) as JsonObject),
  };
}

/** The events whose kept schema does not say what Identity's document says now. */
export async function staleSchemas(): Promise<EventType[]> {
  const stale: EventType[] = [];
  for (const type of eventTypes) {
    const kept = await readFile(schemaPath(type), 'utf8').catch(() => 'null');
    if (!isDeepStrictEqual(JSON.parse(kept), eventSchema(type))) stale.push(type);
  }
  return stale;
}

/** Writes the schemas that are stale; the others stay as they are formatted. */
export async function writeSchemas(): Promise<void> {
  for (const type of await staleSchemas())
    await writeFile(schemaPath(type), `${JSON.stringify(eventSchema(type), null, 2)}\n`);
}
