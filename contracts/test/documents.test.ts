import { expect, test } from '@jest/globals';
import { compilerOf } from '../src/compiler.ts';
import { documentNames, loadDocument, resolve } from '../src/document.ts';
import type {
  DocumentName,
  JsonObject,
  MediaType,
  OpenApiDocument,
  Operation,
  Response,
} from '../src/document.ts';
import { strict } from '../src/strict.ts';
import { examplesOf } from './examples.ts';

const documents = documentNames.map((name) => ({ name, document: loadDocument(name) }));

const operationsOf = (name: DocumentName) =>
  Object.entries(loadDocument(name).paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ name, path, method, operation })),
  );
const operations = documentNames.flatMap(operationsOf);

const responses = operations.flatMap(({ name, path, method, operation }) =>
  Object.entries(operation.responses).map(([status, response]) => ({
    where: `${name}: ${method} ${path} ${status}`,
    status,
    response: resolve<Response>(loadDocument(name), response),
  })),
);

const bodies = responses.flatMap(({ where, status, response }) =>
  Object.entries(response.content ?? {}).map(([type, media]): [string, string, MediaType] => [
    `${where} ${type}`,
    status,
    media,
  ]),
);

for (const { name, document } of documents) {
  const closed = strict(document);
  const compile = compilerOf(closed, 'full', { allErrors: true });
  const examples = examplesOf(closed);

  test(`${name} has examples, and this test finds them`, () => {
    expect(examples.length).toBeGreaterThan(25);
    expect(new Set(examples.map(({ kind }) => kind))).toEqual(
      new Set(['parameters', 'headers', 'schemas', 'content']),
    );
  });

  test.each(examples)(`${name}: the example $pointer keeps to its schema`, ({ schema, value }) => {
    const validate = compile(schema);
    validate(value);
    expect(validate.errors ?? []).toEqual([]);
  });
}

test.each(operations)(
  '$name: $method $path has an operationId of its own',
  ({ name, operation }) => {
    expect(operation.operationId).toMatch(/^[a-z][A-Za-z]+$/);
    const same = operationsOf(name).filter(
      (other) => other.operation.operationId === operation.operationId,
    );
    expect(same).toHaveLength(1);
  },
);

test.each(bodies)('%s has a schema and an example', (_where, _status, media) => {
  expect(media.schema).toBeDefined();
  expect(Object.keys(media.examples ?? {})).not.toEqual([]);
});

test.each(bodies.filter(([, status]) => Number(status) >= 400))(
  '%s is a problem document of a named type',
  (where, status, media) => {
    expect(where).toMatch(/ application\/problem\+json$/);
    const { allOf } = media.schema as {
      allOf: [object, { properties: Record<string, object> }];
    };
    const [base, refined] = allOf;
    expect(base).toEqual({ $ref: '#/components/schemas/Problem' });
    expect(refined.properties.status).toEqual({ const: Number(status) });
    expect(JSON.stringify(refined.properties.type)).toContain('urn:social-network:problem:');
  },
);

test.each(responses.filter(({ status }) => ['429', '503'].includes(status)))(
  '$where carries Retry-After',
  ({ response }) => {
    expect(Object.keys(response.headers ?? {})).toContain('Retry-After');
  },
);

const taking = operations.filter(({ operation }) => operation.requestBody !== undefined);
const authenticated = operations.filter(({ operation }) => (operation.security ?? []).length > 0);
const headersOf = (name: DocumentName, operation: Operation, status: string) => {
  const document = loadDocument(name);
  const response = operation.responses[status];
  const headers = Object.entries((response && resolve(document, response).headers) ?? {});
  return Object.fromEntries(headers.map(([key, header]) => [key, resolve(document, header)]));
};

test.each(taking)(
  '$name: $method $path takes JSON, has examples of it, and says what a wrong body is answered with',
  ({ operation }) => {
    const { required, content } = operation.requestBody!;
    expect(required).toBe(true);
    expect(Object.keys(content)).toEqual(['application/json']);
    expect(Object.keys(content['application/json']?.examples ?? {})).not.toEqual([]);
    expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['400', '413', '415']));
  },
);

test.each(taking)(
  '$name: $method $path says in words what is expected of each field',
  ({ name, operation }) => {
    const document = loadDocument(name);
    const { properties } = resolve<JsonObject>(
      document,
      operation.requestBody!.content['application/json']!.schema!,
    );
    for (const [field, schema] of Object.entries(properties as Record<string, JsonObject>))
      expect([field, resolve<JsonObject>(document, schema)['x-expected']]).toEqual([
        field,
        expect.stringMatching(/^an? |^\d/),
      ]);
  },
);

test.each(authenticated)(
  '$name: $method $path names schemes that there are, and answers 401 with how to log in',
  ({ name, operation }) => {
    const schemes = Object.keys(loadDocument(name).components.securitySchemes);
    for (const wanted of operation.security!)
      expect(schemes).toEqual(expect.arrayContaining(Object.keys(wanted)));
    expect(headersOf(name, operation, '401')['WWW-Authenticate']?.required).toBe(true);
  },
);

test('every write but joining and logging in is authenticated', () => {
  const open = operations.filter(
    ({ method, operation }) =>
      method !== 'get' && !authenticated.some((it) => it.operation === operation),
  );
  expect(open.map(({ name, operation }) => `${name} ${operation.operationId}`)).toEqual([
    'identity createUser',
    'identity createSession',
    'identity refreshSession',
    'gateway register',
    'gateway login',
    'gateway createToken',
  ]);
});

test.each(authenticated.filter(({ method }) => method === 'get'))(
  '$name: $method $path is never kept by a shared cache',
  ({ name, operation }) => {
    for (const status of ['200', '304']) {
      const { schema } = headersOf(name, operation, status)['Cache-Control']!;
      expect(JSON.stringify(schema)).toContain('private, no-cache');
      expect(JSON.stringify(schema)).not.toContain('public');
    }
  },
);

test.each(operations.filter(({ method }) => method !== 'get'))(
  '$name: $method $path answers with nothing that is kept',
  ({ name, operation }) => {
    const done = Object.keys(operation.responses).filter((status) => status.startsWith('2'));
    expect(done).toHaveLength(1);
    expect(headersOf(name, operation, done[0]!)['Cache-Control']?.schema).toEqual({
      type: 'string',
      const: 'no-store',
    });
  },
);

test.each(operationsOf('gateway').filter(({ method }) => method !== 'get'))(
  'gateway: $method $path may say that it is not known whether it was done',
  ({ operation }) => {
    const lost = resolve(loadDocument('gateway'), operation.responses['504']!);
    expect(JSON.stringify(lost.content)).toContain('urn:social-network:problem:outcome-unknown');
  },
);

test('an e-mail is in no answer but the user’s own, a password in none', () => {
  const fieldsIn = (document: OpenApiDocument, node: unknown): string[] => {
    if (typeof node !== 'object' || node === null) return [];
    const at: object = '$ref' in node ? resolve(document, node) : node;
    const { properties = {} } = at as { properties?: object };
    return [
      ...Object.keys(properties),
      ...Object.values(at).flatMap((inner) => fieldsIn(document, inner)),
    ];
  };
  const telling = (secret: RegExp) =>
    operations
      .filter(({ name, operation }) =>
        Object.values(operation.responses).some((response) => {
          const document = loadDocument(name);
          const { content = {} } = resolve(document, response);
          return Object.values(content).some(({ schema }) =>
            fieldsIn(document, schema).some((field) => secret.test(field)),
          );
        }),
      )
      .map(({ name, operation }) => `${name} ${operation.operationId}`);
  expect(telling(/mail/i)).toEqual([
    'identity getMe',
    'identity updateMe',
    'gateway getMe',
    'gateway updateMe',
  ]);
  expect(telling(/password|hash/i)).toEqual([]);
});

test('a schema that two documents name is the same in both', () => {
  const ours = new Set(['Post', 'Id']);
  for (const one of documents)
    for (const other of documents)
      for (const [schema, text] of Object.entries(one.document.components.schemas))
        if (schema in other.document.components.schemas && !ours.has(schema))
          expect({ schema, text }).toEqual({
            schema,
            text: other.document.components.schemas[schema],
          });
});

test('a document is read once and cannot be changed by who reads it', () => {
  const document = loadDocument('gateway') as { info: { title: string } };
  expect(loadDocument('gateway')).toBe(document);
  expect(() => (document.info.title = 'mine')).toThrow(TypeError);
});

test('a reference that points nowhere is told', () => {
  expect(() => resolve(loadDocument('gateway'), { $ref: '#/components/responses/Nope' })).toThrow(
    '#/components/responses/Nope points nowhere',
  );
});
