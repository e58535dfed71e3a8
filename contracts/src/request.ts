// For services: what is wrong with the body of a request, by the contract. Stricter than readers are: no unknown fields.
import type { ErrorObject } from 'ajv/dist/2020.js';
import { compilerOf } from './compiler.ts';
import type { Compile } from './compiler.ts';
import { loadDocument } from './document.ts';
import type { DocumentName, OpenApiDocument } from './document.ts';
import { strict } from './strict.ts';

/** One fault: where (a JSON pointer, RFC 6901, that starts with /body) and what was expected there. It quotes no value. */
export interface BodyFault {
  readonly pointer: string;
  readonly detail: string;
}

/** The faults of a body as JSON.parse gave it, at most one for each place and 100 in all; none when it is right. */
export type RequestGuard = (body: unknown) => readonly BodyFault[];

/** The most faults that a problem document lists. */
const MOST = 100;
/** The most of a field's name, which the client chose, that a pointer repeats. */
const NAME_LENGTH = 50;

const closedDocuments = new Map<DocumentName, { document: OpenApiDocument; compile: Compile }>();

/**
 * Makes the check of the JSON body that `operationId` takes. The words of a fault are the schema's `x-expected`.
 * Make it at start: making it compiles, and throws when the document knows no such operation or it takes no JSON.
 */
export function requestGuard(name: DocumentName, operationId: string): RequestGuard {
  const { document, compile } = closed(name);
  const schema = Object.values(document.paths)
    .flatMap((path) => Object.values(path))
    .find((operation) => operation.operationId === operationId)?.requestBody?.content[
    'application/json'
  ]?.schema;
  if (!schema) throw new Error(`${name} has no operation ${operationId} that takes a JSON body`);
  const validate = compile(schema);
  return (body) => (validate(body) ? [] : faultsOf(validate.errors ?? []));
}

function closed(name: DocumentName) {
  let known = closedDocuments.get(name);
  if (!known) {
    const document = strict(loadDocument(name));
    // Verbose: a fault is told in words that stand in the schema that it breaks.
    known = { document, compile: compilerOf(document, 'full', { allErrors: true, verbose: true }) };
    closedDocuments.set(name, known);
  }
  return known;
}

function faultsOf(errors: readonly ErrorObject[]): BodyFault[] {
  const faults = new Map<string, BodyFault>();
  for (const error of errors) {
    const fault = faultOf(error);
    faults.set(fault.pointer, fault);
    if (faults.size === MOST) break;
  }
  return [...faults.values()];
}

function faultOf({ instancePath, keyword, params, parentSchema }: ErrorObject): BodyFault {
  const at = (name: unknown) => `/body${instancePath}/${escaped(String(name))}`;
  if (keyword === 'additionalProperties')
    return { pointer: at(params.additionalProperty), detail: 'there is no such field here' };
  if (keyword === 'required' || keyword === 'dependentRequired')
    return { pointer: at(params.missingProperty), detail: 'it is missing' };
  const { 'x-expected': words } = parentSchema as { 'x-expected'?: string };
  return { pointer: `/body${instancePath}`, detail: `expected ${words ?? 'an object'}` };
}

/** The beginning of a name as a part of a pointer; half a character, which UTF-8 cannot say, is replaced. */
const escaped = (name: string): string =>
  name.slice(0, NAME_LENGTH).toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1');
