// The headers of deprecated operations.
import { expect, test } from '@jest/globals';
import { deprecationsOf, documentNames, loadDocument, parseDocument } from '../../src/document.ts';

const documentWith = (text: string) =>
  deprecationsOf(
    parseDocument(`
paths:
  /api/users/{id}:
    get: { operationId: getUser, responses: {} }
    delete: { operationId: deleteUser, responses: {}, ${text} }
`),
  );

test('a deprecated operation has the dates of RFC 9745 and RFC 8594', () => {
  const dates = 'deprecated: true, x-deprecated-at: "2026-12-01", x-sunset: "2027-06-01"';
  expect([...documentWith(dates)]).toEqual([
    [
      'delete /api/users/{id}',
      { Deprecation: '@1796083200', Sunset: 'Tue, 01 Jun 2027 00:00:00 GMT' },
    ],
  ]);
  expect([...documentWith('deprecated: true, x-deprecated-at: "2026-12-01"').values()]).toEqual([
    { Deprecation: '@1796083200' },
  ]);
  expect(documentWith('deprecated: false').size).toBe(0);
});

test('a deprecated operation without a date, or with a wrong one, is refused', () => {
  expect(() => documentWith('deprecated: true')).toThrow('deleteUser is deprecated');
  const wrong = 'deprecated: true, x-deprecated-at: "2026-12-01", x-sunset: soon';
  expect(() => documentWith(wrong)).toThrow('x-sunset of deleteUser');
});

test.each(documentNames)('the deprecations of %s can be read', (name) => {
  expect(() => deprecationsOf(loadDocument(name))).not.toThrow();
});
