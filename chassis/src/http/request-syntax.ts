// Requests that are not well-formed HTTP/1.1 (RFC 9112), and the answers to them. Node's own answers to most of these have
// no body, and some it lets through.
import { STATUS_CODES, type IncomingMessage } from 'node:http';
import { requestIdFrom, traceparentFrom } from '../observability/trace.ts';
import { problemDocument, Problem } from './problem.ts';

/** A host with an optional port (RFC 3986, section 3.2.2). */
const HOST = /^(?:[\w.~!$&'()*+,;=%-]+|\[[\da-f:.]+\])(?::\d{0,5})?$/i;

const CLOSE = { headers: { Connection: 'close' } };

/** The one expectation that a server meets. Node looks for it in the same way. */
const CONTINUE = /(?:^|\W)100-continue(?:$|\W)/i;

/** The problem of a request that Node's parser accepts; undefined for a well-formed request. */
export function syntaxProblem({
  httpVersionMinor,
  headers,
  rawHeaders,
}: IncomingMessage): Problem | undefined {
  if (hasHostFault(headers.host, httpVersionMinor, rawHeaders))
    return headerProblem('Host', 'expected exactly one host');
  const encoding = headers['transfer-encoding'];
  // Two ways to tell where a body ends are a way to smuggle requests past a proxy (RFC 9112, section 6.1).
  if (encoding !== undefined && (httpVersionMinor === 0 || encoding.toLowerCase() !== 'chunked'))
    return headerProblem('Transfer-Encoding', 'expected chunked, in HTTP/1.1');
  const { expect } = headers;
  if (expect !== undefined && httpVersionMinor > 0 && !CONTINUE.test(expect))
    return expectationFailed();
  return undefined;
}

/** A 400 that closes the connection: where the next request begins is uncertain. */
function headerProblem(name: string, detail: string): Problem {
  const pointer = `/header/${name}`;
  return new Problem('invalid-request', `${pointer}: ${detail}`, {
    ...CLOSE,
    errors: [{ pointer, detail }],
  });
}

function hasHostFault(
  host: string | undefined,
  minor: number,
  rawHeaders: readonly string[],
): boolean {
  // HTTP/1.0 has no Host.
  if (host === undefined) return minor > 0;
  if (!HOST.test(host)) return true;
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  return hosts > 1;
}

/** `Expect` with anything but 100-continue (RFC 9110, section 10.1.1). */
const expectationFailed = (): Problem =>
  new Problem('expectation-failed', '/header/Expect: expected 100-continue, or nothing', CLOSE);

/** CONNECT is for proxies. */
export const connectRefused = (): Problem =>
  new Problem('method-not-allowed', 'This server is not a proxy', {
    headers: { Allow: 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS' },
  });

/** The problem behind a `clientError` of Node's parser. */
export function parserProblem(code: string | undefined): Problem {
  if (code === 'HPE_HEADER_OVERFLOW')
    return new Problem(
      'headers-too-large',
      'The headers are larger than 16 KiB; in a browser, deleting cookies of this site helps',
    );
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new Problem('request-timeout', 'The request did not arrive completely in time');
  return new Problem('invalid-request', 'This is not a well-formed HTTP request');
}

/** The bytes of an answer, for where Node makes no response object. They end the connection. */
export function rawAnswer(problem: Problem): string {
  const requestId = requestIdFrom(undefined);
  const body = JSON.stringify(problemDocument(problem, '/', requestId));
  const headers = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    `X-Request-Id: ${requestId}`,
    `traceparent: ${traceparentFrom(undefined)}`,
    'X-Content-Type-Options: nosniff',
    'Cache-Control: no-store',
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...Object.entries(problem.headers).map(([name, value]) => `${name}: ${String(value)}`),
    'Connection: close',
  ];
  return `${headers.join('\r\n')}\r\n\r\n${body}`;
}
