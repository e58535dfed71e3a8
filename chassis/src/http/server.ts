// HTTP listeners: limits on what a client may send, and a stop that loses no request in flight.
import { createServer, type RequestListener, type Server, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { MessageClasses } from './app.ts';
import { problemDocument, Problem } from './problem.ts';
import { httpUrl } from '../base/address.ts';
import { StartupError } from '../base/startup-error.ts';
import { requestIdFrom, traceparentFrom } from '../observability/trace.ts';

/** Time limit for requests in flight when the listener stops. */
const STOP_LIMIT_MS = 8_000;
const HEAD_MS = 10_000;
const STALL_MS = 15_000;
const SWEEP_MS = 100;

export interface ListenOptions {
  /** Message classes made for the app behind the handler; Node's own classes when left out. */
  readonly messages?: MessageClasses | undefined;
  /**
   * Time limit for a connection with a request on which no data moves, in ms; 15 s when left out. Without it, a client
   * that does not read its answers would keep its requests in flight for ever. Longer than any handler takes to answer.
   */
  readonly stallMs?: number;
  /** Time limit for the head of a request, in ms; 10 s when left out. Must be below `stallMs`, or no 408 is sent. */
  readonly headMs?: number;
}

/** A listener that accepts connections. */
export interface Listening {
  readonly url: string;
  /**
   * Stops accepting, lets requests in flight finish, and resolves when the last connection is closed.
   * @param limitMs after this time, all connections are closed
   */
  stop(limitMs?: number): Promise<void>;
}

/** The address is taken or not available. The message is for the person at the terminal. */
export class ListenError extends StartupError {
  override readonly name = 'ListenError';
}

/**
 * Listens on host:port; port 0 takes a free port.
 * @throws ListenError when the address is not available
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
      // Longer than the clients (load balancers; undici: 4 s) keep idle connections, so that clients close first.
      keepAliveTimeout: 15_000,
      headersTimeout: headMs,
      // Interval of Node's checks for timeouts; the default is 30 s.
      connectionsCheckingInterval: headMs / 10,
      requestTimeout: 30_000,
      maxHeaderSize: 16_384,
      // Makes no stream for requests without a body: it would be a fifteenth of the cost of a small request.
      optimizeEmptyRequests: true,
      ...messages,
    },
    (req, res) => {
      if (stopping) res.shouldKeepAlive = false;
      handler(req, res);
    },
  );
  // No maxRequestsPerSocket: it limits all requests of a connection, not those at the same time. It would disconnect
  // load balancers, which keep their connections, but not a client that sends a thousand requests in one packet.
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

/** Server.close() alone would go on serving keep-alive clients for ever, so a sweep closes idle connections. */
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
    error.code === 'EADDRINUSE' ? 'something else listens there' : (error.code ?? 'unknown error');
  return new ListenError(`Cannot listen on ${host}:${port}: ${reason}.`, { cause: error });
}

function problemOf(code: string | undefined): Problem {
  if (code === 'HPE_HEADER_OVERFLOW')
    return new Problem('headers-too-large', 'The headers are larger than 16 KiB');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new Problem('request-timeout', 'The request did not arrive completely in time');
  return new Problem('invalid-request', 'This is not a well-formed HTTP request');
}

/** Returns the raw answer to bytes that are not an HTTP request: Node makes no response object for them. */
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
