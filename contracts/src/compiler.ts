// Compiles the schemas of a document into functions that check a value (Ajv, JSON Schema 2020-12).
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Options, ValidateFunction } from 'ajv/dist/2020.js';
import { default as addFormats } from 'ajv-formats';
import type { OpenApiDocument } from './document.ts';
import { textFormats } from './formats.ts';

export type Compile = (schema: object) => ValidateFunction;

/**
 * Makes a function that compiles schemas of `document`, or schemas that refer to its components (`#/components/…`).
 * It compiles each schema once. With `fast` formats only the form of a date is checked, which takes a
 * twentieth of the time.
 */
export function compilerOf(
  document: OpenApiDocument,
  formats: 'fast' | 'full',
  options: Options = {},
): Compile {
  // Not strict: an OpenAPI document has many keywords that JSON Schema does not know. Redocly lints it.
  const ajv = new Ajv2020({ ...options, strict: false, validateSchema: false });
  addFormats.default(ajv, { mode: formats });
  for (const [name, check] of Object.entries(textFormats)) ajv.addFormat(name, check);
  cheapLengths(ajv);
  ajv.addSchema({ ...document, $id: 'document' });
  const byText = new Map<string, ValidateFunction>();
  const byObject = new WeakMap<object, ValidateFunction>();
  return (schema) => {
    const known = byObject.get(schema);
    if (known) return known;
    const text = absolute(schema);
    const validate = byText.get(text) ?? ajv.compile(JSON.parse(text) as object);
    byText.set(text, validate);
    byObject.set(schema, validate);
    return validate;
  };
}

/** The text of a schema with absolute references, so that it can be compiled outside its document. */
const absolute = (schema: object): string =>
  JSON.stringify(schema, (key, value: unknown) =>
    key === '$ref' && typeof value === 'string' && value.startsWith('#')
      ? `document${value}`
      : value,
  );

/**
 * Replaces Ajv's length checks. They count the code points of every string, which takes most of the time of checking
 * a post. The number of code points is between `length / 2` and `length`, so only few strings need counting.
 */
function cheapLengths(ajv: Ajv2020): void {
  ajv.removeKeyword('maxLength').removeKeyword('minLength');
  const keyword = { type: 'string', schemaType: 'number', before: 'pattern' } as const;
  ajv.addKeyword({
    ...keyword,
    keyword: 'maxLength',
    error: { message: 'is too long' },
    compile: (limit: number) => (text: string) =>
      text.length <= limit || (text.length <= 2 * limit && codePoints(text) <= limit),
  });
  ajv.addKeyword({
    ...keyword,
    keyword: 'minLength',
    error: { message: 'is too short' },
    compile: (limit: number) => (text: string) =>
      text.length >= 2 * limit || (text.length >= limit && codePoints(text) >= limit),
  });
}

const codePoints = (text: string): number => Array.from(text).length;
