// What each service expects of the others, written out, so that it can be released and compared with any version of them.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadDocument, resolve } from '../src/document.ts';
import type { DocumentName, Json, JsonObject, OpenApiDocument } from '../src/document.ts';
import { usedFields } from '../src/events/decode.ts';
import { usedSocialFields } from '../src/events/decode-social.ts';
import { fieldsOf, usedOf, type Expectations, type Sent } from '../src/expectations.ts';
import { withoutTexts } from './texts.ts';

/** What a service expects of one other service: what it sends, and the schemas that its readers check. */
export interface Expected {
  readonly operations: { readonly [operationId: string]: Sent };
  readonly answers: { readonly [schema: string]: JsonObject };
}
export type ExpectedOfAll = { readonly [Provider in DocumentName]?: Expected };

/** The files of the services that read answers of others. */
const expectationFiles: Readonly<Record<string, string | undefined>> = {
  gateway: join(import.meta.dirname, '../../gateway/src/upstream/expectations.json'),
  social: join(import.meta.dirname, '../../social-service/src/replica/expectations.json'),
};

/** Reads what a service expects now; nothing when it reads no answers. Throws for a field that a current contract lacks. */
export async function expectationsOf(consumer: string): Promise<ExpectedOfAll> {
  const path = expectationFiles[consumer];
  const all = (path === undefined ? {} : JSON.parse(await readFile(path, 'utf8'))) as {
    readonly [Provider in DocumentName]?: Expectations;
  };
  return Object.fromEntries(
    Object.entries(all).map(([provider, { operations, answers }]) => {
      const events: Expectations['answers'] = {
        ...('listUserEvents' in operations && usedFields),
        ...('listSocialEvents' in operations && usedSocialFields),
      };
      const document = loadDocument(provider as DocumentName);
      const used = { ...answers, ...events };
      const schemas = Object.keys(used).map((name) => [
        name,
        withoutTexts(inlined(document, usedOf(document, name, fieldsOf(used, name)))),
      ]);
      return [
        provider,
        { operations, answers: Object.fromEntries(schemas) as Expected['answers'] },
      ];
    }),
  );
}

/** The schema with every reference written out. */
function inlined(document: OpenApiDocument, value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => inlined(document, item));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(resolve<JsonObject>(document, value as JsonObject));
  return Object.fromEntries(entries.map(([key, inner]) => [key, inlined(document, inner)]));
}
