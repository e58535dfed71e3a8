// For tests: checks one HTTP request and its answer against a document. Stricter than the guards of clients.
import { commonHeaders } from './common-headers.ts';
import { compilerOf } from '../compiler.ts';
import type { Compile } from '../compiler.ts';
import { loadDocument, resolve } from '../document.ts';
import type { DocumentName, Header, OpenApiDocument, Reference, Response } from '../document.ts';
import { documentedResponse } from './documented-response.ts';
import { batchType, batchViolations } from '../events/batch.ts';
import { mismatches } from '../mismatches.ts';
import { strict } from '../strict.ts';

/** A request and its answer, as a test observed them. */
export interface Exchange {
  readonly method: string;
  /** The path; a query is allowed and ignored. */
  readonly path: string;
  readonly status: number;
  /** Names in any case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The parsed body or its text. No body: undefined, null, '', an empty Buffer or supertest's `{}`. */
  readonly body: unknown;
}

/**
 * Makes the check for one document. The check returns the violations of an exchange, none if it conforms:
 * path, method, status and content type are documented; the body is valid and has no undocumented field;
 * every required header is present, no header is undocumented, and each value matches its schema;
 * the events of a batch are consistent, in order, and agree with the headers.
 */
export function conformance(name: DocumentName): (exchange: Exchange) => string[] {
  const document = strict(loadDocument(name));
  const compile = compilerOf(document, 'full', { allErrors: true, discriminator: true });
  const common = commonHeaders(name);

  return (exchange) => {
    const { method, path, status } = exchange;
    const found = documentedResponse(document, method, path, status);
    const violations =
      typeof found === 'string'
        ? [found]
        : [
            ...headerViolations(document, compile, found, exchange, common),
            ...bodyViolations(compile, found, exchange),
          ];
    return violations.map((violation) => `${method} ${path} ${status}: ${violation}`);
  };
}

function bodyViolations(compile: Compile, response: Response, exchange: Exchange): string[] {
  const { method, body, headers } = exchange;
  const type = valueOf(headers, 'content-type')?.split(';')[0]?.trim().toLowerCase();
  const media = type === undefined ? undefined : response.content?.[type];
  if (response.content && !media) return [`content type ${type ?? '(none)'} is not documented`];
  if (method === 'HEAD' || !response.content)
    return isEmpty(body) ? [] : ['there is a body where none is documented'];
  if (!media?.schema) return [];

  const json = type?.endsWith('json') === true;
  let value = Buffer.isBuffer(body) ? body.toString() : body;
  if (json && typeof value === 'string') {
    try {
      value = JSON.parse(value);
    } catch {
      return ['the body is not JSON'];
    }
  }
  const wrong = mismatches(compile(media.schema), value).map((mismatch) => `body${mismatch}`);
  const header = (name: string) => valueOf(headers, name);
  return type === batchType && wrong.length === 0 ? batchViolations(value, header) : wrong;
}

function headerViolations(
  document: OpenApiDocument,
  compile: Compile,
  response: Response,
  { headers }: Exchange,
  common: ReadonlySet<string>,
): string[] {
  const documented = new Map(
    Object.entries(response.headers ?? {}).map(([name, header]): [string, Header] => [
      name.toLowerCase(),
      resolve<Header>(document, header satisfies Header | Reference),
    ]),
  );
  const undocumented = Object.keys(headers)
    .map((name) => name.toLowerCase())
    .filter((name) => valueOf(headers, name) !== undefined)
    .filter((name) => !documented.has(name) && !common.has(name))
    .map((name) => `header ${name} is not documented`);

  const wrong = [...documented].flatMap(([name, { required, schema }]) => {
    const value = valueOf(headers, name);
    if (value === undefined) return required ? [`header ${name} is missing`] : [];
    const number = schema?.type === 'integer' && /^\d+$/.test(value);
    return mismatches(compile(schema ?? {}), number ? Number(value) : value).map(
      (mismatch) => `header ${name}${mismatch}`,
    );
  });
  return [...undocumented, ...wrong];
}

/** The value of a header; several values are joined as RFC 9110 (section 5.3) allows. */
function valueOf(headers: Exchange['headers'], name: string): string | undefined {
  const values = Object.entries(headers)
    .filter(([key, value]) => key.toLowerCase() === name && value !== undefined)
    .flatMap(([, value]) => value as string | readonly string[]);
  return values.length === 0 ? undefined : values.join(', ');
}

const isEmpty = (body: unknown): boolean =>
  body === undefined ||
  body === null ||
  body === '' ||
  (typeof body === 'object' && Object.keys(body).length === 0);
