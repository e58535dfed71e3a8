import { expect, test } from '@jest/globals';
import { compilerOf } from '../src/compiler.ts';
import { documentNames, loadDocument, resolve } from '../src/document.ts';
import type { DocumentName, MediaType, Response } from '../src/document.ts';
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
