// Checks of answers against the contract, compiled once and cheap enough for every upstream answer.
// Unknown fields are allowed: an upstream may say more than its readers know.
import { Ajv2020 } from 'ajv/dist/2020.js';
import { default as addFormats } from 'ajv-formats';
import { loadDocument, resolve } from './document.ts';
import type { DocumentName, Operation } from './document.ts';

export type Guard<T> = (body: unknown) => body is T;

const compilers = new Map<DocumentName, Ajv2020>();

/**
 * A check of the JSON body that `operationId` answers with `status`. Never throws, changes nothing in the body.
 * Making it throws when the document knows no such operation, status or JSON body; make it at start.
 */
export function responseGuard<T>(name: DocumentName, operationId: string, status = 200): Guard<T> {
  const document = loadDocument(name);
  const operation = Object.values(document.paths)
    .flatMap((path) => Object.values(path))
    .find((candidate: Operation) => candidate.operationId === operationId);
  const response = operation?.responses[String(status)];
  const content = response && resolve(document, response).content;
  const schema =
    content && (content['application/json'] ?? content['application/problem+json'])?.schema;
  if (!schema) throw new Error(`${name} documents no JSON body of ${operationId} with ${status}`);
  return compile<T>(name, absolute(name, schema));
}

/** A check of a value against the named component schema; throws at once when there is none. */
export function schemaGuard<T>(name: DocumentName, componentName: string): Guard<T> {
  if (!Object.hasOwn(loadDocument(name).components.schemas, componentName))
    throw new Error(`${name} has no component schema ${componentName}`);
  return compile<T>(name, { $ref: `${name}#/components/schemas/${componentName}` });
}

function compile<T>(name: DocumentName, schema: object): Guard<T> {
  const validate = compilerOf(name).compile(schema);
  return (body): body is T => validate(body) === true;
}

function compilerOf(name: DocumentName): Ajv2020 {
  const known = compilers.get(name);
  if (known) return known;
  // Not strict: a document is full of words that are no JSON Schema, and it is linted elsewhere.
  const ajv = new Ajv2020({ strict: false, validateSchema: false });
  addFormats.default(ajv);
  ajv.addSchema({ ...loadDocument(name), $id: name });
  compilers.set(name, ajv);
  return ajv;
}

/** The schema with its local references made absolute, so that it can be compiled outside of its document. */
function absolute(name: DocumentName, schema: object): object {
  const text = JSON.stringify(schema, (key, value: unknown) =>
    key === '$ref' && typeof value === 'string' && value.startsWith('#') ? name + value : value,
  );
  return JSON.parse(text) as object;
}
