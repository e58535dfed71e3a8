// The contract: as data, and as a page for people, which loads nothing from elsewhere.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Route } from 'chassis/http/app';
import { SerializedBody } from 'chassis/http/answer';
import { loadDocument } from 'contracts/document';
import swaggerUiFolder from 'swagger-ui-dist/absolute-path.js';

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Social network: the gateway's API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/api/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/api/docs/swagger-ui-bundle.js"></script>
<script src="/api/docs/start.js"></script>
</body>
</html>
`;

const START = `SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#swagger-ui', deepLinking: true });\n`;

// Swagger UI writes style attributes and draws its icons from data: addresses; scripts come from here alone.
const POLICY =
  "default-src 'none'; connect-src 'self'; img-src 'self' data:; script-src 'self'; style-src 'self' 'unsafe-inline'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const JSON_TYPE = 'application/json';

/** Rendered once: of a large file, each time would stop the process for long. */
const fixed = (path: string, type: string, text: string): Route => {
  const body = new SerializedBody(Buffer.from(text));
  const headers = { 'Content-Security-Policy': POLICY };
  return {
    method: 'get',
    path,
    handle: () => ({ body, type, cache: 'public', ...(type !== JSON_TYPE && { headers }) }),
  };
};

const asset = (name: string): string => readFileSync(join(swaggerUiFolder(), name), 'utf8');

/** Reads the pages' files; call it once, at start. */
export function docsRoutes(): Route[] {
  return [
    fixed('/api/openapi.json', JSON_TYPE, JSON.stringify(loadDocument('gateway'))),
    fixed('/api/docs', 'text/html; charset=utf-8', PAGE),
    fixed('/api/docs/start.js', 'text/javascript; charset=utf-8', START),
    fixed('/api/docs/swagger-ui.css', 'text/css; charset=utf-8', asset('swagger-ui.css')),
    fixed(
      '/api/docs/swagger-ui-bundle.js',
      'text/javascript; charset=utf-8',
      asset('swagger-ui-bundle.js'),
    ),
  ];
}
