// The contract: as data, and as a page for people, which loads nothing from elsewhere.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fixedAnswer } from 'chassis/answer';
import type { Route } from 'chassis/app';
import { parseQuery } from 'chassis/input';
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

type Fixed = ReturnType<typeof fixedAnswer>;

const fixed = (path: string, answer: Fixed): Route => ({
  method: 'get',
  path,
  handle: (req) => {
    parseQuery(req.url, []);
    return answer;
  },
});

const file = (path: string, type: string, body: string): Route =>
  fixed(path, fixedAnswer(body, type, { 'Content-Security-Policy': POLICY }));

const asset = (name: string): string => readFileSync(join(swaggerUiFolder(), name), 'utf8');

/** Reads the pages' files; call it once, at start. */
export function docsRoutes(): Route[] {
  return [
    fixed(
      '/api/openapi.json',
      fixedAnswer(JSON.stringify(loadDocument('gateway')), 'application/json'),
    ),
    file('/api/docs', 'text/html; charset=utf-8', PAGE),
    file('/api/docs/start.js', 'text/javascript; charset=utf-8', START),
    file('/api/docs/swagger-ui.css', 'text/css; charset=utf-8', asset('swagger-ui.css')),
    file(
      '/api/docs/swagger-ui-bundle.js',
      'text/javascript; charset=utf-8',
      asset('swagger-ui-bundle.js'),
    ),
  ];
}
