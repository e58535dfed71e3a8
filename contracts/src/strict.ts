// A document as its own service must keep it: nothing in an answer that the document does not name.
import type { OpenApiDocument } from './document.ts';

/** A copy in which every object schema with named properties forbids all others, unless it says what they may be. */
export const strict = (document: OpenApiDocument): OpenApiDocument =>
  closed(document) as OpenApiDocument;

function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, isExample(key) ? inner : closed(inner)]),
  );
  const open = copy.type === 'object' && copy.properties !== undefined;
  return open && copy.additionalProperties === undefined
    ? { ...copy, additionalProperties: false }
    : copy;
}

const isExample = (key: string): boolean => key === 'example' || key === 'examples';
