// Listening and stopping: bounds on what a client may send, and an end that loses no request in flight.
import { createServer, type RequestListener, type Server, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { MessageClasses } from './app.ts';
import { problemDocument, Problem } from './problem.ts';
import { httpUrl } from '../base/address.ts';
import { StartupError } from '../base/startup-error.ts';
import { requestIdFrom, traceparentFrom } from '../observability/trace.ts';

/** How long requests in flight may take to finish once the process was told to stop. */
const STOP_LIMIT_MS = 8_000;
const HEAD_MS = 10_000;
const STALL_MS = 15_000;
const SWEEP_MS = 100;

export interface ListenOptions {
  /** Made for the app behind the handler; plain ones when left out. */
  readonly messages?: MessageClasses | undefined;
  /**
   * How long a connection may stand still while a request is on it, 15 s when left out: a client that does not read its
   * answers would hold their places among the requests in flight for ever. Longer than any handler takes to answer.
   */
  readonly stallMs?: number;
  /** How long a request's head may take to come, 10 s when left out. Shorter than `stallMs`, or it is cut without a word. */
  readonly headMs?: number;
}

/** A listener that accepts connections. */
export interface Listening {
  readonly url: string;
  /**
   * Stops accepting, lets requests in flight finish, and resolves when the last connection is closed.
   * @param limitMs after it, connections are closed whatever they are doing
   */
  stop(limitMs?: number): Promise<void>;
}

/** The address is taken, or not to be had. Its message is for the person at the terminal. */
export class ListenError extends StartupError {
  override readonly name = 'ListenError';
}

/**
 * Listens on host:port; port 0 takes a free one.
 * @throws ListenError when the address cannot be had.
 */
export async function listen(
  handler: RequestListener,
  host: string,
  port: number,
  { messages, stallMs = STALL_MS, headMs = HEAD_MS }: ListenOptions = {},
): Promise<Listening> {
  let stopping = false;
  const server = createServer(
    {
      // Above what clients in front of us (balancers, undici: 4 s) keep idle connections for, so that they close first.
      keepAliveTimeout: 15_000,
      headersTimeout: headMs,
      // Node looks for what is overdue only so often; every 30 s by itself.
      connectionsCheckingInterval: headMs / 10,
      requestTimeout: 30_000,
      maxHeaderSize: 16_384,
      // What has no body gets no stream for one: a fifteenth of a small request's cost.
      optimizeEmptyRequests: true,
      ...messages,
    },
    (req, res) => {
      if (stopping) res.shouldKeepAlive = false;
      handler(req, res);
    },
  );
  // No maxRequestsPerSocket: it counts a connection's requests one after the other, not at once, so it would send away
  // the balancers that keep their connections, and not who sends a thousand requests in one packet.
  server.timeout = stallMs;
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (socket.writable && error.code !== 'ECONNRESET') socket.end(rawProblem(error.code));
    else socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
    server.listen(port, host, resolve);
  });
  const { port: bound } = server.address() as AddressInfo;

  return {
    url: httpUrl(host, bound),
    stop(limitMs = STOP_LIMIT_MS) {
      stopping = true;
      return close(server, limitMs);
    },
  };
}

/** server.close() alone would serve busy keep-alive clients for ever; so idle ones are closed again and again. */
function close(server: Server, limitMs: number): Promise<void> {
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
  const limit = setTimeout(() => server.closeAllConnections(), limitMs);
  return new Promise((resolve) => {
    server.close(() => {
      clearInterval(sweep);
      clearTimeout(limit);
      resolve();
    });
  });
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): ListenError {
  const reason =
    error.code === 'EADDRINUSE' ? 'something else listens there' : (error.code ?? 'it failed');
  return new ListenError(`Cannot listen on ${host}:${port}: ${reason}.`, { cause: error });
}

function problemOf(code: string | undefined): Problem {
  if (code === 'HPE_HEADER_OVERFLOW')
    return new Problem('headers-too-large', 'The headers are larger than 16 KiB');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new Problem('request-timeout', 'The request did not come whole in time');
  return new Problem('invalid-request', 'This is not a well-formed HTTP request');
}

/** The answer to what is no HTTP request at all, where there is no response object to answer with. */
function rawProblem(code: string | undefined): string {
  const problem = problemOf(code);
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
    'Connection: close',
  ];
  return `${headers.join('\r\n')}\r\n\r\n${body}`;
}
