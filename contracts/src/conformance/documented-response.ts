// Finds the documented response of a method, path and status, also for paths and methods that a document does not list.
import { resolve } from '../document.ts';
import type { OpenApiDocument, Reference, Response } from '../document.ts';

/** The responses that any request can get, also to an unknown path. */
const toAnyRequest: Readonly<Record<number, string>> = {
  400: 'InvalidRequest',
  408: 'RequestTimeout',
  431: 'HeadersTooLarge',
  500: 'Internal',
  503: 'Unavailable',
};

/** The documented response, or a sentence that says what is not documented. */
export function documentedResponse(
  document: OpenApiDocument,
  method: string,
  path: string,
  status: number,
): Response | string {
  const item = document.paths[templateOf(document, path) ?? ''];
  // HEAD works like GET wherever there is a GET; the documents do not list it.
  const operation = item?.[(method === 'HEAD' ? 'GET' : method).toLowerCase()];
  const { responses } = document.components;
  const found: Response | Reference | undefined = operation
    ? operation.responses[status]
    : item && method === 'OPTIONS' && status === 204
      ? options(document)
      : responses[
          { ...toAnyRequest, [item ? 405 : 404]: item ? 'MethodNotAllowed' : 'NotFound' }[status] ??
            ''
        ];
  if (found) return resolve<Response>(document, found);
  if (!item) return 'the path is not documented';
  return operation ? 'the status is not documented' : 'the method is not documented';
}

/** The response to OPTIONS, which works for every path and is not listed. */
const options = ({ components: { headers } }: OpenApiDocument): Response => ({
  headers: Object.fromEntries(
    ['Allow', 'X-Request-Id', 'traceparent', 'X-Content-Type-Options'].map((name) => [
      name,
      { ...headers[name], required: name === 'Allow' },
    ]),
  ),
});

/** The path template that matches a path; concrete templates win (OpenAPI 3.1, Path Templating Matching). */
function templateOf(document: OpenApiDocument, path: string): string | undefined {
  const segments = path.split(/[?#]/, 1)[0]?.split('/') ?? [];
  const matches = (template: string): boolean => {
    const expected = template.split('/');
    return (
      expected.length === segments.length &&
      expected.every((segment, at) =>
        segment.startsWith('{') ? segments[at] !== '' : segment === segments[at],
      )
    );
  };
  return Object.keys(document.paths)
    .filter(matches)
    .sort((a, b) => a.split('{').length - b.split('{').length)[0];
}
