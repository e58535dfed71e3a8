// Turns the schemas of a document into functions that check a value (Ajv, JSON Schema 2020-12).
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Options, ValidateFunction } from 'ajv/dist/2020.js';
import { default as addFormats } from 'ajv-formats';
import type { OpenApiDocument } from './document.ts';

export type Compile = (schema: object) => ValidateFunction;

/**
 * A compiler, with a memory, of schemas that stand in `document` or refer to its components (`#/components/…`).
 * With `fast` formats a date is checked by its form only, at a twentieth of the price.
 */
export function compilerOf(
  document: OpenApiDocument,
  formats: 'fast' | 'full',
  options: Options = {},
): Compile {
  // Not strict: a document is full of words that are no JSON Schema, and it is linted elsewhere.
  const ajv = new Ajv2020({ ...options, strict: false, validateSchema: false });
  addFormats.default(ajv, { mode: formats });
  cheapLengths(ajv);
  ajv.addSchema({ ...document, $id: 'document' });
  const compiled = new WeakMap<object, ValidateFunction>();
  return (schema) => {
    const known = compiled.get(schema);
    if (known) return known;
    const validate = ajv.compile(absolute(schema));
    compiled.set(schema, validate);
    return validate;
  };
}

/** The schema with its local references made absolute, so that it can be compiled outside of its document. */
function absolute(schema: object): object {
  const text = JSON.stringify(schema, (key, value: unknown) =>
    key === '$ref' && typeof value === 'string' && value.startsWith('#')
      ? `document${value}`
      : value,
  );
  return JSON.parse(text) as object;
}

/**
 * Ajv's own length checks walk every string to count its code points, which is most of the time that a post costs.
 * A string has between half as many code points as `length` and as many, so only few need to be walked.
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
