// For services: checks the body of a request against the contract, which refuses unknown fields (`additionalProperties: false`).
import type { ErrorObject } from 'ajv/dist/2020.js';
import { compilerOf } from './compiler.ts';
import type { Compile } from './compiler.ts';
import { loadDocument, operationsOf } from './document.ts';
import type { DocumentName, OpenApiDocument } from './document.ts';

/** A fault: its place (a JSON pointer, RFC 6901, that starts with /body) and the expected value. It never quotes the body. */
export interface BodyFault {
  readonly pointer: string;
  readonly detail: string;
}

/** Returns the faults of a parsed JSON body, at most one for each place and 100 in all. A valid body has none. */
export type RequestGuard = (body: unknown) => readonly BodyFault[];

/** The maximum number of faults in a problem document. */
const FAULTS_MAX = 100;
/** A pointer repeats at most this many UTF-16 code units of a field name, because the client chose the name. */
const NAME_LENGTH = 50;

const documents = new Map<DocumentName, { document: OpenApiDocument; compile: Compile }>();

/**
 * Makes a check of the JSON body that `operationId` accepts. The detail of a fault is the schema's `x-expected`.
 * Call this at start: it compiles the schema, and throws if the document has no such operation or the operation
 * accepts no JSON.
 */
export function requestGuard(name: DocumentName, operationId: string): RequestGuard {
  const { document, compile } = verbose(name);
  const { requestBody } = operationsOf(document).get(operationId) ?? {};
  const schema = requestBody?.content['application/json']?.schema;
  if (!schema) throw new Error(`${name} has no operation ${operationId} that accepts a JSON body`);
  const validate = compile(schema);
  return (body) => (validate(body) ? [] : faultsOf(validate.errors ?? []));
}

function verbose(name: DocumentName) {
  let known = documents.get(name);
  if (!known) {
    const document = loadDocument(name);
    // Verbose: errors then contain the broken schema, whose `x-expected` becomes the detail of the fault.
    known = { document, compile: compilerOf(document, 'full', { allErrors: true, verbose: true }) };
    documents.set(name, known);
  }
  return known;
}

function faultsOf(errors: readonly ErrorObject[]): BodyFault[] {
  const faults = new Map<string, BodyFault>();
  for (const error of errors) {
    const fault = faultOf(error);
    faults.set(fault.pointer, fault);
    if (faults.size === FAULTS_MAX) break;
  }
  return [...faults.values()];
}

function faultOf({ instancePath, keyword, params, parentSchema }: ErrorObject): BodyFault {
  const at = (name: unknown) => `/body${instancePath}/${escaped(String(name))}`;
  if (keyword === 'additionalProperties')
    return { pointer: at(params.additionalProperty), detail: 'there is no such field here' };
  if (keyword === 'required' || keyword === 'dependentRequired')
    return { pointer: at(params.missingProperty), detail: 'it is missing' };
  const { 'x-expected': expected = 'an object' } = parentSchema as { 'x-expected'?: string };
  return { pointer: `/body${instancePath}`, detail: `expected ${expected}` };
}

/** The beginning of a name, escaped for a pointer. UTF-8 cannot encode lone surrogates, so they are replaced. */
const escaped = (name: string): string =>
  name.slice(0, NAME_LENGTH).toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1');
