import { expect, test } from '@jest/globals';
import { documentedResponse } from '../../src/conformance/documented-response.ts';
import type { OpenApiDocument } from '../../src/document.ts';
import { busy, fresh, identity, notFound, whole } from './exchanges.ts';

test('checks HEAD like GET, without a body', () => {
  const head = { ...whole, method: 'HEAD', body: {} };
  expect(identity(head)).toEqual([]);
  expect(identity({ ...head, body: '{"id":1}' })).toEqual([
    'HEAD /api/users/1 200: there is a body where none is documented',
  ]);
});

test('checks the headers of a 304, which has no body', () => {
  const unchanged = { ...whole, status: 304, headers: fresh, body: undefined };
  expect(identity(unchanged)).toEqual([]);
  expect(identity({ ...unchanged, body: whole.body })).toEqual([
    'GET /api/users/1 304: there is a body where none is documented',
  ]);
});

test('accepts OPTIONS with 204 and Allow for every documented path', () => {
  const options = { ...whole, method: 'OPTIONS', status: 204, body: undefined };
  expect(identity({ ...options, headers: { Allow: 'GET, HEAD, OPTIONS' } })).toEqual([]);
  expect(identity({ ...options, headers: {} })).toEqual([
    'OPTIONS /api/users/1 204: header allow is missing',
  ]);
});

test('checks every value of a repeated header', () => {
  const options = { ...whole, method: 'OPTIONS', status: 204, body: undefined };
  expect(identity({ ...options, headers: { Allow: ['GET', 'HEAD'] } })).toEqual([]);
  expect(identity({ ...options, headers: { Allow: ['GET', 'no way'] } })).toHaveLength(1);
});

test('accepts only common problems for an undocumented path', () => {
  expect(identity({ ...notFound, path: '/nope' })).toEqual([]);
  expect(identity({ ...notFound, path: '/nope', body: {} })).not.toEqual([]);
  expect(identity({ ...busy, path: '/nope' })).toEqual([
    'GET /nope 503: header retry-after is missing',
  ]);
});

test('accepts only a 405 with Allow for an undocumented method', () => {
  const body = {
    ...(notFound.body as object),
    type: 'urn:social-network:problem:method-not-allowed',
    status: 405,
  };
  const refused = { ...notFound, method: 'DELETE', status: 405, body };
  expect(identity({ ...refused, headers: { ...notFound.headers, Allow: 'GET, HEAD' } })).toEqual(
    [],
  );
  expect(identity(refused)).toEqual(['DELETE /api/users/999 405: header allow is missing']);
});

const answering = (type: string) => ({ get: { responses: { 200: { content: { [type]: {} } } } } });

test('a path without parameters takes precedence over a path with parameters', () => {
  const paths = {
    '/friends/{id}': answering('text/one'),
    '/friends/requests': answering('text/requests'),
  };
  const document = { paths, components: { responses: {} } } as unknown as OpenApiDocument;
  const typesOf = (path: string) => documentedResponse(document, 'GET', path, 200);
  expect(typesOf('/friends/requests')).toEqual({ content: { 'text/requests': {} } });
  expect(typesOf('/friends/1?x=/y/z')).toEqual({ content: { 'text/one': {} } });
  expect(typesOf('/friends/')).toBe('the path is not documented');
});
