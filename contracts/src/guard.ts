// Checks answers against the contract. The checks are compiled once and fast enough for every upstream answer.
// Unknown fields are allowed: an upstream may add fields before its clients know them.
import { compilerOf } from './compiler.ts';
import type { Compile } from './compiler.ts';
import { loadDocument } from './document.ts';
import type { DocumentName } from './document.ts';

export type Guard<T> = (body: unknown) => body is T;

const compilers = new Map<DocumentName, Compile>();

/** Makes a check of a value against the named component schema. Throws if there is no such schema. */
export function schemaGuard<T>(name: DocumentName, componentName: string): Guard<T> {
  const { schemas } = loadDocument(name).components;
  if (!Object.hasOwn(schemas, componentName))
    throw new Error(`${name} has no component schema ${componentName}`);
  return compile<T>(name, { $ref: `#/components/schemas/${componentName}` });
}

/** Makes a check of a value against a schema that may refer to the components of a document. */
export function compile<T>(name: DocumentName, schema: object): Guard<T> {
  let compiler = compilers.get(name);
  if (!compiler) {
    compiler = compilerOf(loadDocument(name), 'fast');
    compilers.set(name, compiler);
  }
  const validate = compiler(schema);
  return (body): body is T => validate(body);
}
