// The OpenAPI documents as data: each is read once, frozen and shared.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseYaml } from './yaml.ts';

export const documentNames = ['identity', 'social', 'gateway'] as const;
export type DocumentName = (typeof documentNames)[number];

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export type JsonObject = { readonly [key: string]: Json };

export interface MediaType {
  readonly schema?: JsonObject;
  readonly examples?: { readonly [name: string]: JsonObject };
}
export interface Header {
  readonly required?: boolean;
  readonly schema?: JsonObject;
}
export interface Response {
  readonly headers?: { readonly [name: string]: Header | Reference };
  readonly content?: { readonly [mediaType: string]: MediaType };
}
export interface RequestBody {
  readonly required?: boolean;
  readonly content: { readonly [mediaType: string]: MediaType };
}
export interface Operation {
  readonly operationId: string;
  /** A request needs one of these schemes; when absent, the document's own `security` applies. */
  readonly security?: readonly { readonly [scheme: string]: readonly string[] }[];
  readonly requestBody?: RequestBody;
  readonly responses: { readonly [status: string]: Response | Reference };
  readonly deprecated?: boolean;
  /** The date since which the operation is deprecated, such as 2026-12-01. */
  readonly 'x-deprecated-at'?: string;
  /** The date after which it may be gone. */
  readonly 'x-sunset'?: string;
}
export interface Reference {
  readonly $ref: string;
}
export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: { readonly [path: string]: { readonly [method: string]: Operation } };
  readonly components: {
    readonly schemas: { readonly [name: string]: JsonObject };
    readonly responses: { readonly [name: string]: Response };
    readonly headers: { readonly [name: string]: Header };
    readonly securitySchemes: { readonly [name: string]: JsonObject };
  };
}

const documents = new Map<DocumentName, OpenApiDocument>();

/** The folder of the current documents. */
export const openapiFolder = join(import.meta.dirname, '../openapi');

/** The named document, parsed once per process and frozen. Throws when the file is missing or is not YAML. */
export function loadDocument(name: DocumentName): OpenApiDocument {
  const known = documents.get(name);
  if (known) return known;
  const text = readFileSync(join(openapiFolder, `${name}.yaml`), 'utf8');
  const document = freeze(parseDocument(text));
  documents.set(name, document);
  return document;
}

/**
 * Parses the text of a document. The parts that it merges (`<<: *name`) stand in the result as if they were
 * written out at each place; `x-shared`, which only holds these parts, is left out.
 */
export function parseDocument(text: string): OpenApiDocument {
  const whole = parseYaml(text) as OpenApiDocument & JsonObject;
  const { 'x-shared': _shared, ...document } = whole;
  return document;
}

/** All operations of a document, by their operationId. */
export const operationsOf = ({ paths }: OpenApiDocument): ReadonlyMap<string, Operation> =>
  new Map(
    Object.values(paths)
      .flatMap((item) => Object.values(item))
      .map((operation) => [operation.operationId, operation]),
  );

/**
 * The headers Deprecation (RFC 9745) and Sunset (RFC 8594) of each deprecated operation, by method and path, such as
 * `get /api/users/{id}`. Throws for a deprecated operation without `x-deprecated-at`, and for dates that are none.
 */
export function deprecationsOf(document: OpenApiDocument): Map<string, Record<string, string>> {
  const deprecations = new Map<string, Record<string, string>>();
  for (const [path, item] of Object.entries(document.paths))
    for (const [method, operation] of Object.entries(item)) {
      if (operation.deprecated !== true) continue;
      const { 'x-deprecated-at': since = '', 'x-sunset': sunset } = operation;
      const seconds = new Date(since).getTime() / 1000;
      if (!Number.isInteger(seconds))
        throw new Error(
          `${operation.operationId} is deprecated, and has no date in x-deprecated-at`,
        );
      const headers: Record<string, string> = { Deprecation: `@${seconds}` };
      if (sunset !== undefined) {
        if (Number.isNaN(Date.parse(sunset)))
          throw new Error(`x-sunset of ${operation.operationId} is no date`);
        headers['Sunset'] = new Date(sunset).toUTCString();
      }
      deprecations.set(`${method} ${path}`, headers);
    }
  return deprecations;
}

/** The target of a local reference (`#/components/…`, RFC 6901); a value that is not a reference is returned as is. */
export function resolve<T extends object>(document: OpenApiDocument, value: T | Reference): T {
  if (!('$ref' in value)) return value;
  let target: unknown = document;
  for (const key of value.$ref.split('/').slice(1)) {
    const name = key.replaceAll('~1', '/').replaceAll('~0', '~');
    target = (target as Record<string, unknown> | undefined)?.[name];
  }
  if (typeof target !== 'object' || target === null)
    throw new Error(`${value.$ref} does not exist`);
  return resolve(document, target as T | Reference);
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(freeze);
  }
  return value;
}
