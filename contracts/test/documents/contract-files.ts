// Every document and schema of the contracts: OpenAPI, AsyncAPI and the JSON Schemas of the events.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from '../../src/document.ts';

export interface ContractFile {
  /** The path in contracts/, such as openapi/gateway.yaml. */
  readonly name: string;
  readonly text: string;
  readonly document: unknown;
}

export const contractFiles: readonly ContractFile[] = ['openapi', 'asyncapi', 'events'].flatMap(
  (folder) =>
    readdirSync(join(import.meta.dirname, '../..', folder)).map((file) => {
      const text = readFileSync(join(import.meta.dirname, '../..', folder, file), 'utf8');
      return { name: `${folder}/${file}`, text, document: parseDocument(text) };
    }),
);

/** Every object in a value, the value itself included. */
export function objectsIn(value: unknown): Readonly<Record<string, unknown>>[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).flatMap(objectsIn);
  return Array.isArray(value) ? inner : [value as Record<string, unknown>, ...inner];
}
