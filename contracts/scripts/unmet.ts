// Whether a version of a service meets what another one expects of it.
import { operationsOf, resolve } from '../src/document.ts';
import type { Json, JsonObject, OpenApiDocument, Operation, Reference } from '../src/document.ts';
import type { Sent } from '../src/expectations.ts';
import { isSamePattern } from './equal-patterns.ts';
import type { Expected } from './expected.ts';

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
}
interface SchemaObject {
  readonly type?: string | readonly string[];
  readonly properties?: { readonly [name: string]: JsonObject };
  readonly required?: readonly string[];
  readonly items?: JsonObject;
  readonly anyOf?: readonly JsonObject[];
  readonly const?: Json;
  readonly enum?: readonly Json[];
  readonly pattern?: string;
  readonly format?: string;
}

/** What a provider does not do that is expected of it, as sentences; none when it meets all expectations. */
export function unmet(provider: OpenApiDocument, { operations, answers }: Expected): string[] {
  const known = operationsOf(provider);
  return [
    ...Object.entries(operations).flatMap(([id, sent]) => {
      const operation = known.get(id);
      return operation ? unmetRequest(provider, id, operation, sent) : [`${id} is not there`];
    }),
    ...Object.entries(answers).flatMap(([name, expected]) => {
      const schema = provider.components.schemas[name];
      return schema ? unmetAnswer(provider, schema, expected, name) : [`${name} is not there`];
    }),
  ];
}

/** Unknown parameters and properties are a 400, and so are required ones that are missing; an unknown header is ignored. */
function unmetRequest(
  provider: OpenApiDocument,
  id: string,
  operation: Operation & { readonly parameters?: readonly (Parameter | Reference)[] },
  { query = [], headers = [], body = [] }: Sent,
): string[] {
  const parameters = (operation.parameters ?? []).map((each) => resolve<Parameter>(provider, each));
  const named = (place: string) => parameters.filter((parameter) => parameter.in === place);
  const content = operation.requestBody?.content['application/json']?.schema;
  const { properties = {}, required = [] } = resolve<SchemaObject>(provider, content ?? {});
  const lacks = (what: string, names: readonly string[], known: readonly string[]) =>
    names.filter((name) => !known.includes(name)).map((name) => `${id} ${what} ${name}`);
  const names = (all: readonly Parameter[]) => all.map(({ name }) => name);
  const needed = named('query').filter((parameter) => parameter.required);
  return [
    ...lacks('does not know the query parameter', query, names(named('query'))),
    ...lacks('needs the query parameter', names(needed), query),
    ...lacks('does not know the header', headers, names(named('header'))),
    ...lacks('does not know the field', body, Object.keys(properties)),
    ...lacks('needs the field', required, body),
  ];
}

/** What an answer by the schema `sent` may have that a reader with the schema `expected` does not take. */
function unmetAnswer(
  provider: OpenApiDocument,
  sent: JsonObject,
  expected: JsonObject,
  place: string,
): string[] {
  const from: SchemaObject = resolve<JsonObject>(provider, sent);
  const to: SchemaObject = expected;
  if (to.anyOf !== undefined) {
    const takes = (each: JsonObject) =>
      to.anyOf!.some((option) => unmetAnswer(provider, each, option, place).length === 0);
    return (from.anyOf ?? [sent]).every(takes) ? [] : [`${place} says something else`];
  }
  const inner = Object.entries(to.properties ?? {}).flatMap(([name, schema]) => {
    const property = from.properties?.[name];
    const isNeeded = to.required?.includes(name) === true;
    if (property === undefined) return isNeeded ? [`${place}.${name} is not there`] : [];
    const mayMiss = isNeeded && !from.required?.includes(name);
    const missing = mayMiss ? [`${place}.${name} may be missing`] : [];
    return missing.concat(unmetAnswer(provider, property, schema, `${place}.${name}`));
  });
  const items = to.items && unmetAnswer(provider, from.items ?? {}, to.items, `${place}[]`);
  return [
    ...(isWithin(from, to) ? [] : [`${place} says something else`]),
    ...inner,
    ...(items ?? []),
  ];
}

const UPPER = ['maximum', 'maxLength', 'maxItems'] as const;
const LOWER = ['minimum', 'minLength', 'minItems'] as const;

/** Whether each value of one schema is a value of the other, as far as single keywords tell. */
function isWithin(from: SchemaObject, to: SchemaObject): boolean {
  const limit = (schema: SchemaObject, key: string, none: number): number =>
    ((schema as JsonObject)[key] as number | undefined) ?? none;
  const values = ({ const: only, enum: several }: SchemaObject) =>
    several ?? (only === undefined ? undefined : [only]);
  const allowed = values(to);
  return (
    (String(from.type) === String(to.type) || (from.type === 'integer' && to.type === 'number')) &&
    (to.pattern === undefined || isSamePattern(to.pattern, from.pattern)) &&
    // The format of an integer is a hint for code generators: minimum and maximum are the rule.
    (to.format === undefined || to.format === from.format || to.type === 'integer') &&
    (allowed === undefined || (values(from)?.every((value) => allowed.includes(value)) ?? false)) &&
    UPPER.every((key) => limit(from, key, Infinity) <= limit(to, key, Infinity)) &&
    LOWER.every((key) => limit(from, key, -Infinity) >= limit(to, key, -Infinity))
  );
}
