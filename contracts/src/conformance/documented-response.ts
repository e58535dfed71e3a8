// Finds what a document says about a status of a method and path, be they listed in it or not.
import { resolve } from '../document.ts';
import type { OpenApiDocument, Reference, Response } from '../document.ts';

/** What a service may answer to any request at all, listed or not. */
const toAnything: Readonly<Record<number, string>> = {
  400: 'InvalidRequest',
  408: 'RequestTimeout',
  431: 'HeadersTooLarge',
  500: 'Internal',
  503: 'Unavailable',
};

/** The response that is documented for a request, or what is not documented about it. */
export function documentedResponse(
  document: OpenApiDocument,
  method: string,
  path: string,
  status: number,
): Response | string {
  const item = document.paths[templateOf(document, path) ?? ''];
  // HEAD is answered like GET wherever there is a GET; the documents do not list it.
  const operation = item?.[(method === 'HEAD' ? 'GET' : method).toLowerCase()];
  const { responses } = document.components;
  const found: Response | Reference | undefined = operation
    ? operation.responses[status]
    : item && method === 'OPTIONS' && status === 204
      ? options(document)
      : responses[
          { ...toAnything, [item ? 405 : 404]: item ? 'MethodNotAllowed' : 'NotFound' }[status] ??
            ''
        ];
  if (found) return resolve<Response>(document, found);
  if (!item) return 'the path is not documented';
  return operation ? 'the status is not documented' : 'the method is not documented';
}

/** OPTIONS says what a path can do; like HEAD it works everywhere and is listed nowhere. */
const options = ({ components: { headers } }: OpenApiDocument): Response => ({
  headers: Object.fromEntries(
    ['Allow', 'X-Request-Id', 'traceparent', 'X-Content-Type-Options'].map((name) => [
      name,
      { ...headers[name], required: name === 'Allow' },
    ]),
  ),
});

/** The path template that a path fits; one without parameters wins (OpenAPI 3.1, Path Templating Matching). */
function templateOf(document: OpenApiDocument, path: string): string | undefined {
  const segments = path.split(/[?#]/, 1)[0]?.split('/') ?? [];
  const fits = (template: string): boolean => {
    const wanted = template.split('/');
    return (
      wanted.length === segments.length &&
      wanted.every((want, at) =>
        want.startsWith('{') ? segments[at] !== '' : want === segments[at],
      )
    );
  };
  return Object.keys(document.paths)
    .filter(fits)
    .sort((a, b) => a.split('{').length - b.split('{').length)[0];
}
