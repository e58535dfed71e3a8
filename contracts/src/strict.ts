// Makes a document strict, for checking the service that it describes: undocumented fields are errors.
import type { OpenApiDocument } from './document.ts';

/** Copies a document and forbids further properties in every object schema that has no `additionalProperties` yet. */
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
