// The contract: as JSON, and as a page for people, which loads everything from the gateway.
import { join } from 'node:path';
import { serialize } from 'chassis/http/validators';
import type { Route } from 'chassis/http/app';
import { loadDocument } from 'contracts/document';
import swaggerUiFolder from 'swagger-ui-dist/absolute-path.js';
import { staticFile, type StaticFileOptions } from '../static-file.ts';

// Swagger UI writes style attributes and loads its icons from data: URLs; scripts come from the gateway only.
const options: StaticFileOptions = {
  policy:
    "default-src 'none'; connect-src 'self'; img-src 'self' data:; script-src 'self'; style-src 'self' 'unsafe-inline'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  cache: 'public',
};

const page = (name: string): URL => new URL(`docs-page/${name}`, import.meta.url);
/** The page itself; links to it may have a query. */
const start = (path: string): Route => ({
  ...staticFile(path, page('index.html'), options),
  query: 'any',
});
const asset = (name: string): Route =>
  staticFile(`/api/docs/${name}`, join(swaggerUiFolder(), name), options);

let routes: Route[] | undefined;

/** Reads the files of the page, which are large, once in a process. Call this at start. */
export const docsRoutes = (): Route[] => (routes ??= readRoutes());

function readRoutes(): Route[] {
  const contract = serialize(loadDocument('gateway'));
  return [
    {
      method: 'get',
      path: '/api/openapi.json',
      handle: () => ({ body: contract, cache: 'public' }),
    },
    start('/api/docs'),
    // Links to a page often have a slash at the end.
    start('/api/docs/'),
    staticFile('/api/docs/start.js', page('start.js'), options),
    asset('swagger-ui.css'),
    asset('swagger-ui-bundle.js'),
  ];
}
