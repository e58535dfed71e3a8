// Texts and examples of the documents, which promise nothing.
import type { Json, JsonObject } from '../src/document.ts';

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
