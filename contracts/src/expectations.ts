// For readers of another service's answers: the fields that a reader uses are checked, and nothing else. A writer may add,
// change or drop every other field before or after its readers are deployed (the pattern "tolerant reader").
import { compile, type Guard } from './guard.ts';
import { loadDocument, resolve } from './document.ts';
import type { DocumentName, Json, JsonObject, OpenApiDocument, Reference } from './document.ts';

/** What a service sends to another one, and which fields of its answers it uses. */
export interface Expectations {
  /** The operations, by operationId, with all query parameters, headers and body fields that are ever sent. */
  readonly operations: { readonly [operationId: string]: Sent };
  /**
   * The fields that are used, by component schema. `items.id` is the field `id` of each item of a list, or of an object
   * `items`; a field without a further name is used as a whole.
   * `items[Post]` stands for all fields that are listed under `Post`, of each item.
   */
  readonly answers: { readonly [schema: string]: readonly string[] };
}

export interface Sent {
  readonly query?: readonly string[];
  readonly headers?: readonly string[];
  readonly body?: readonly string[];
}

/**
 * Returns a function that makes checks of a service's answers; a check compares the fields that `answers` names.
 * Call both at start: they throw for a schema that `answers` does not name and for a field that no schema has.
 */
export function readerOf(name: DocumentName, { answers }: Pick<Expectations, 'answers'>) {
  return <T>(schema: string): Guard<T> => {
    return compile<T>(name, usedOf(loadDocument(name), schema, fieldsOf(answers, schema)));
  };
}

const OF_OTHER = /^(.+)\[(\w+)\]$/;

/** The fields that are used of a schema, with the fields of other schemas written out. @throws Error for an unknown schema */
export function fieldsOf(answers: Expectations['answers'], schema: string): string[] {
  const fields = answers[schema];
  if (fields === undefined) throw new Error(`there are no expectations of ${schema}`);
  return fields.flatMap((field) => {
    const [, path, other] = OF_OTHER.exec(field) ?? [];
    return other === undefined
      ? [field]
      : fieldsOf(answers, other).map((inner) => `${path}.${inner}`);
  });
}

/** The component schema of a document with these fields only. @throws Error for a field that the schema does not have */
export function usedOf(
  document: OpenApiDocument,
  schema: string,
  fields: readonly string[],
): JsonObject {
  if (!Object.hasOwn(document.components.schemas, schema))
    throw new Error(`there is no component schema ${schema}`);
  const paths = fields.map((field) => field.split('.'));
  return onlyUsed(document, { $ref: `#/components/schemas/${schema}` }, paths, schema);
}

type Paths = readonly (readonly string[])[];

function onlyUsed(
  document: OpenApiDocument,
  schema: JsonObject,
  paths: Paths,
  place: string,
): JsonObject {
  if (paths.some((path) => path.length === 0)) return schema;
  const known = resolve<JsonObject>(document, schema satisfies JsonObject | Reference);
  const {
    items,
    anyOf,
    properties,
    required = [],
  } = known as {
    readonly items?: JsonObject;
    readonly anyOf?: readonly JsonObject[];
    readonly properties?: { readonly [name: string]: JsonObject };
    readonly required?: readonly string[];
  };
  if (known['type'] === 'null') return known;
  if (items !== undefined) return { ...known, items: onlyUsed(document, items, paths, place) };
  if (anyOf !== undefined)
    return { ...known, anyOf: anyOf.map((each) => onlyUsed(document, each, paths, place)) };
  const used = Object.entries(Object.groupBy(paths, ([name]) => name!)).map(
    ([name, group = []]): [string, Json] => {
      const property = properties?.[name];
      if (property === undefined) throw new Error(`${place} has no field ${name}`);
      const rest = group.map(([, ...further]) => further);
      return [name, onlyUsed(document, property, rest, `${place}.${name}`)];
    },
  );
  const names = new Set(used.map(([name]) => name));
  return {
    ...known,
    required: required.filter((name) => names.has(name)),
    properties: Object.fromEntries(used),
  };
}
