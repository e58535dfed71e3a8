// Makes a document strict, for checking the answers of the service that it describes: undocumented fields are errors. Readers of
// an answer ignore them, so the documents do not say `additionalProperties: false` there.
import type { OpenApiDocument } from './document.ts';

/** Copies a document and forbids further properties in every object schema that has no `additionalProperties` yet. */
export const strict = (document: OpenApiDocument): OpenApiDocument =>
  closed(document) as OpenApiDocument;

function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const clone = Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, isExample(key) ? inner : closed(inner)]),
  );
  const open = clone.type === 'object' && clone.properties !== undefined;
  return open && clone.additionalProperties === undefined
    ? { ...clone, additionalProperties: false }
    : clone;
}

const isExample = (key: string): boolean => key === 'example' || key === 'examples';
