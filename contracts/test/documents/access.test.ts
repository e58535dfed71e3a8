// Authentication, caching and privacy of the operations.
import { expect, test } from '@jest/globals';
import { loadDocument, resolve } from '../../src/document.ts';
import type { DocumentName, OpenApiDocument, Operation } from '../../src/document.ts';
import { operations } from './operations.ts';

const authenticated = operations.filter(({ operation }) => (operation.security ?? []).length > 0);

/** Reads that are public, and say more to a caller with a session. A wrong token of a reader of a feed is a 401. */
const optionally = authenticated.filter(
  ({ method, operation }) =>
    method === 'get' &&
    operation.security!.some((scheme) => Object.keys(scheme).length === 0) &&
    !operation.security!.some((scheme) => 'reader' in scheme),
);
const protectedOnes = authenticated.filter((one) => !optionally.includes(one));

const headersOf = (name: DocumentName, operation: Operation, status: string) => {
  const document = loadDocument(name);
  const response = operation.responses[status];
  const headers = Object.entries((response && resolve(document, response).headers) ?? {});
  return Object.fromEntries(headers.map(([key, header]) => [key, resolve(document, header)]));
};

test.each(protectedOnes)(
  '$name: $method $path uses defined security schemes and answers 401 with WWW-Authenticate',
  ({ name, operation }) => {
    const schemes = Object.keys(loadDocument(name).components.securitySchemes);
    for (const wanted of operation.security!)
      expect(schemes).toEqual(expect.arrayContaining(Object.keys(wanted)));
    expect(headersOf(name, operation, '401')['WWW-Authenticate']?.required).toBe(true);
  },
);

test('every write requires authentication, except registration, login and token refresh', () => {
  const anonymous = operations.filter(
    ({ method, operation }) =>
      method !== 'get' && !authenticated.some((it) => it.operation === operation),
  );
  expect(anonymous.map(({ name, operation }) => `${name} ${operation.operationId}`)).toEqual([
    'identity createUser',
    'identity createSession',
    'identity refreshSession',
    'gateway register',
    'gateway login',
    'gateway createToken',
  ]);
});

test('one read is public and says more to a caller with a session: it is private then, and never a 401', () => {
  expect(optionally.map(({ operation }) => operation.operationId)).toEqual(['getUserProfile']);
  for (const { name, operation } of optionally) {
    expect(Object.keys(operation.responses)).not.toContain('401');
    const headers = headersOf(name, operation, '200');
    expect(JSON.stringify(headers['Cache-Control']?.schema)).toContain('private, no-cache');
    expect(headers['Vary']?.required).toBe(true);
  }
});

test.each(protectedOnes.filter(({ method }) => method === 'get'))(
  '$name: $method $path is never stored by a shared cache',
  ({ name, operation }) => {
    const statuses = ['200', ...('304' in operation.responses ? ['304'] : [])];
    for (const status of statuses) {
      const { schema } = headersOf(name, operation, status)['Cache-Control']!;
      expect(JSON.stringify(schema)).toMatch(/"private, no-cache|"no-store(, no-transform)?"/);
      expect(JSON.stringify(schema)).not.toContain('public');
    }
  },
);

test.each(operations.filter(({ method }) => method !== 'get'))(
  '$name: $method $path has answers that are never stored',
  ({ name, operation }) => {
    const done = Object.keys(operation.responses).filter((status) => status.startsWith('2'));
    expect(done).toHaveLength(1);
    expect(headersOf(name, operation, done[0]!)['Cache-Control']?.schema).toEqual({
      type: 'string',
      const: 'no-store',
    });
  },
);

test('only the user’s own account contains an e-mail, and no answer contains a password', () => {
  const fieldsIn = (document: OpenApiDocument, node: unknown): string[] => {
    if (typeof node !== 'object' || node === null) return [];
    const at: object = '$ref' in node ? resolve(document, node) : node;
    const { properties = {} } = at as { properties?: object };
    return [
      ...Object.keys(properties),
      ...Object.values(at).flatMap((inner) => fieldsIn(document, inner)),
    ];
  };
  const operationsWith = (secret: RegExp) =>
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
  expect(operationsWith(/mail/i)).toEqual([
    'identity getMe',
    'identity updateMe',
    'gateway getMe',
    'gateway updateMe',
  ]);
  expect(operationsWith(/password|hash/i)).toEqual([]);
});
