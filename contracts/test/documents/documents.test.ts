import { expect, test } from '@jest/globals';
import { compilerOf } from '../../src/compiler.ts';
import { documentNames, loadDocument, resolve } from '../../src/document.ts';
import type { JsonObject, MediaType, Response } from '../../src/document.ts';
import { strict } from '../../src/strict.ts';
import { examplesOf } from './examples.ts';
import { operations, operationsOf } from './operations.ts';

const documents = documentNames.map((name) => ({ name, document: loadDocument(name) }));

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

  test(`the examples of ${name} are found`, () => {
    expect(examples.length).toBeGreaterThan(25);
    expect(new Set(examples.map(({ kind }) => kind))).toEqual(
      new Set(['parameters', 'headers', 'schemas', 'content']),
    );
  });

  test.each(examples)(`${name}: the example $pointer matches its schema`, ({ schema, value }) => {
    const validate = compile(schema);
    validate(value);
    expect(validate.errors ?? []).toEqual([]);
  });
}

test.each(operations)('$name: $method $path has a unique operationId', ({ name, operation }) => {
  expect(operation.operationId).toMatch(/^[a-z][A-Za-z]+$/);
  const same = operationsOf(name).filter(
    (other) => other.operation.operationId === operation.operationId,
  );
  expect(same).toHaveLength(1);
});

test.each(bodies)('%s has a schema and an example', (_where, _status, media) => {
  expect(media.schema).toBeDefined();
  expect(Object.keys(media.examples ?? {})).not.toEqual([]);
});

test.each(bodies.filter(([, status]) => Number(status) >= 400))(
  '%s is a problem document with a type of its own',
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

const withBody = operations.filter(({ operation }) => operation.requestBody !== undefined);
test.each(withBody)(
  '$name: $method $path accepts JSON, has examples, and documents the answers to a wrong body',
  ({ operation }) => {
    const { required, content } = operation.requestBody!;
    expect(required).toBe(true);
    expect(Object.keys(content)).toEqual(['application/json']);
    expect(Object.keys(content['application/json']?.examples ?? {})).not.toEqual([]);
    expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['400', '413', '415']));
  },
);

test.each(withBody)('$name: $method $path says that it refuses unknown fields', (each) => {
  const { schema } = each.operation.requestBody!.content['application/json']!;
  const closed = resolve<JsonObject>(loadDocument(each.name), schema!);
  expect([closed['type'], closed['additionalProperties']]).toEqual(['object', false]);
});

test.each(withBody)(
  '$name: $method $path has a text of the expected value for each field',
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

test.each(operationsOf('gateway').filter(({ method }) => method !== 'get'))(
  'gateway: $method $path documents a 504 with an unknown outcome',
  ({ operation }) => {
    const lost = resolve(loadDocument('gateway'), operation.responses['504']!);
    expect(JSON.stringify(lost.content)).toContain('urn:social-network:problem:outcome-unknown');
  },
);

test('schemas with the same name are equal in all documents', () => {
  const different = new Set(['Post', 'Id']);
  for (const one of documents)
    for (const other of documents)
      for (const [schema, text] of Object.entries(one.document.components.schemas))
        if (schema in other.document.components.schemas && !different.has(schema))
          expect({ schema, text }).toEqual({
            schema,
            text: other.document.components.schemas[schema],
          });
});

test('a document is read once and cannot be changed', () => {
  const document = loadDocument('gateway') as { info: { title: string } };
  expect(loadDocument('gateway')).toBe(document);
  expect(() => (document.info.title = 'mine')).toThrow(TypeError);
});

test('a reference without a target is an error', () => {
  expect(() => resolve(loadDocument('gateway'), { $ref: '#/components/responses/Nope' })).toThrow(
    '#/components/responses/Nope does not exist',
  );
});
